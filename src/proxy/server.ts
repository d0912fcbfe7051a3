// Joins the listener and the handler: each request that arrives is one Exchange, run through the stages.
import type { Downstream } from "../downstream/downstream.ts";
import { createListener as listenTo, type Listener } from "../downstream/listener.ts";
import type { ServerTls } from "../downstream/options.ts";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Exchange } from "./exchange.ts";
import { createHandshakeReport } from "./handshake-failures.ts";
import type { Handler } from "./handler.ts";
import { createRefusal, type RefusalParts } from "./malformed.ts";
import type { LimitOptions } from "./options.ts";
import { createRefusedReport } from "./refused-connections.ts";

export interface ListenerParts extends RefusalParts {
  readonly limits: LimitOptions;
  readonly log: Log;
  readonly handler: Handler;
  /** null: plain HTTP. */
  readonly tls: ServerTls | null;
  readonly open: (downstream: Downstream) => Exchange;
  readonly isProxy: (address: string) => boolean;
  /** Where all workers count whom they close at once. */
  readonly refusedConnections: SharedArrayBuffer;
  /** And handshakes that come to nothing. */
  readonly handshakeFailures: SharedArrayBuffer;
  readonly ticketSecret: Uint8Array;
}

export function createListener(parts: ListenerParts): Listener {
  const { limits, tls, log, handler, open, isProxy, ticketSecret } = parts;
  const failed = (thrown: unknown): void =>
    log.error("handler_failed", { cause: messageOf(thrown) });
  return listenTo({
    limits,
    tls,
    ticketSecret,
    failed,
    isProxy,
    turnedAway: createRefusedReport({ cells: parts.refusedConnections, log, clock: systemClock }),
    handshakeFailed: createHandshakeReport({
      cells: parts.handshakeFailures,
      listener: "https",
      log,
    }),
    refused: createRefusal(parts),
    opened(downstream) {
      handler(open(downstream)).catch((thrown: unknown) => {
        failed(thrown);
        downstream.destroy();
      });
    },
  });
}
