// Opens the row and makes sure it is written once: before the last byte goes out, or when nobody waits.
import type { Clock } from "../core/clock.ts";
import type { Exchange } from "./exchange.ts";
import { createRowBatch, type RowLog } from "./row-batch.ts";

export type RecordStage = (exchange: Exchange, next: () => Promise<void>) => Promise<void>;

export function createRecordStage(rows: RowLog, clock: Clock): RecordStage {
  const batch = createRowBatch(rows);
  return async function record(exchange, next) {
    let sealed = false;
    exchange.seal = (written) => {
      if (sealed) {
        written?.(true);
        return;
      }
      sealed = true;
      const { record: row } = exchange;
      row.durationNs = clock.nowNs() - exchange.startedNs;
      // The refusal for want of a record is the one answer that may go out without one.
      batch(row, (kept) => written?.(kept || row.errorCode === "audit_unavailable"));
    };
    try {
      await next();
    } finally {
      exchange.seal();
    }
  };
}
