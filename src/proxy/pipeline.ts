// Puts the stages together for a listener: the one place that knows all of them.
import type { Clock } from "../core/clock.ts";
import { WeirError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Downstream } from "../downstream/downstream.ts";
import type { IdSource } from "../telemetry/span-ids.ts";
import { createAuthorize } from "./authorize.ts";
import { createBalance } from "./balance.ts";
import type { Exchange } from "./exchange.ts";
import { createForward } from "./forward.ts";
import { createGuard, createHandler, type Guard, type Handler } from "./handler.ts";
import { createIdentify } from "./identify.ts";
import { answeringLastHop } from "./max-forwards.ts";
import { createOpenExchange, createOpenMalformed } from "./open-exchange.ts";
import { createRecordStage } from "./record.ts";
import { createRescue } from "./rescue.ts";
import { requireCertificate } from "./required-certificate.ts";
import { route } from "./route.ts";
import { concealedRows } from "./concealed-rows.ts";
import type { RowLog } from "./row-batch.ts";
import type { Snapshot } from "./snapshot.ts";

export interface PipelineParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly rows: RowLog;
  readonly log: Log;
  readonly current: () => Snapshot;
}

export interface Pipeline {
  readonly handler: Handler;
  /** The stages up to the Permit, for those who answer by themselves. */
  readonly guard: Guard;
  readonly open: (downstream: Downstream) => Exchange;
  readonly openMalformed: ReturnType<typeof createOpenMalformed>;
  readonly rows: RowLog;
  readonly log: Log;
  /** Whether a peer brings the clients of many: a trusted proxy, or a program on this machine. */
  readonly isProxy: (address: string) => boolean;
}

export function createPipeline(parts: PipelineParts): Pipeline {
  const { clock, log } = parts;
  const rows = concealedRows(parts.rows);
  const guard = createGuard({
    record: createRecordStage(rows, clock),
    rescue: createRescue(log),
    admit: (exchange) => admit(exchange, rows),
    route,
    identify: createIdentify(clock),
    authorize: createAuthorize(clock, log),
  });
  const send = {
    balance: answeringLastHop(createBalance(clock)),
    forward: createForward(clock),
  };
  return {
    guard,
    handler: createHandler(guard, send),
    open: createOpenExchange(parts),
    openMalformed: createOpenMalformed(parts),
    rows,
    log,
    isProxy: (address) => parts.current().isProxy(address),
  };
}

const VERSIONS: ReadonlySet<string> = new Set(["1.0", "1.1"]);

/** What is refused before anything is read of it. */
function admit(exchange: Exchange, rows: RowLog): void {
  const { record, headers } = exchange;
  if (!rows.writable()) throw new WeirError("audit_unavailable");
  if (!VERSIONS.has(record.httpVersion)) throw new WeirError("version_not_supported");
  if (record.method === "CONNECT") throw new WeirError("method_not_supported");
  requireCertificate(exchange);
  if (
    headers.get("expect") !== undefined &&
    record.httpVersion !== "1.0" &&
    headers.joined("expect")?.toLowerCase() !== "100-continue"
  ) {
    throw new WeirError("expectation_failed");
  }
}
