// An upgraded connection: two sockets joined until one of them ends.
import type { Duplex } from "node:stream";
import { WeirError } from "../core/errors.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import type { ResponseHead } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";
import type { HeaderEdit } from "./options.ts";
import { replyFields } from "./reply-fields.ts";

export interface TunnelParts {
  readonly exchange: Exchange;
  readonly head: ResponseHead;
  readonly edit: HeaderEdit;
  readonly upstream: Duplex;
  /** Bytes the upstream sent after its 101. */
  readonly leftover: Buffer;
  /** Longest silence, both ways at once. */
  readonly idleMs: number;
}

export interface Tunnel {
  readonly cut: (error: WeirError) => void;
}

/** Writes the 101 to the client and pipes both ways; `ended` is told once, with null for a clean end. */
export function joinSockets(
  parts: TunnelParts,
  ended: (failure: WeirError | null) => void,
): Tunnel {
  const { exchange, head, edit, upstream, leftover, idleMs } = parts;
  const { socket: client, leftover: early } = exchange.downstream.detach();
  client.write(switchingHead(exchange, head, edit), "latin1");
  if (leftover.length > 0) client.write(leftover);
  if (early.length > 0) upstream.write(early);
  exchange.record.requestBytes += early.length;
  exchange.record.responseBytes += leftover.length;
  countBytes(exchange.record, client, upstream);
  client.pipe(upstream);
  upstream.pipe(client);
  const tunnel = endTogether(client, upstream, ended);
  // Whatever passes either way moves bytes on the client's socket.
  client.setTimeout(idleMs, () => tunnel.cut(new WeirError("idle_timeout")));
  return tunnel;
}

export function noteTunnelEnd({ record }: Exchange, failure: WeirError | null): void {
  record.completed = failure === null;
  if (failure === null) return;
  record.errorCode = failure.code;
  record.errorSource = failure.source;
}

function switchingHead(exchange: Exchange, head: ResponseHead, edit: HeaderEdit): string {
  const { upgrade: protocol } = exchange.downstream.head;
  const lines = [`HTTP/1.1 101 ${head.reason}`, "Connection: Upgrade", `Upgrade: ${protocol}`];
  const fields = replyFields(head, edit, exchange);
  for (let at = 0; at < fields.length; at += 2) lines.push(`${fields[at]}: ${fields[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function countBytes(record: RequestRecord, client: Duplex, upstream: Duplex): void {
  client.on("data", (chunk: Buffer) => (record.requestBytes += chunk.length));
  upstream.on("data", (chunk: Buffer) => (record.responseBytes += chunk.length));
}

function endTogether(
  client: Duplex,
  upstream: Duplex,
  ended: (failure: WeirError | null) => void,
): Tunnel {
  let failure: WeirError | null = null;
  let open = 2;
  const cut = (error: WeirError): void => {
    failure ??= error;
    client.destroy();
    upstream.destroy();
  };
  const closed = (other: Duplex) => () => {
    open -= 1;
    if (open === 0) ended(failure);
    else if (!other.writableEnded) other.end();
  };
  client.on("error", () => cut(new WeirError("client_closed")));
  upstream.on("error", () => cut(new WeirError("upstream_reset")));
  client.on("close", closed(upstream));
  upstream.on("close", closed(client));
  return { cut };
}
