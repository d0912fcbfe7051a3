// Opens the row and makes sure it is written once: before the last byte goes out, or when nobody waits.
import type { Clock } from "../core/clock.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import type { Exchange } from "./exchange.ts";

export interface RowAppend {
  /** false: the row could not be kept, and it must be (telemetry.audit: required). */
  readonly append: (record: RequestRecord) => boolean;
}

export type RecordStage = (exchange: Exchange, next: () => Promise<void>) => Promise<void>;

export function createRecordStage(rows: RowAppend, clock: Clock): RecordStage {
  return async function record(exchange, next) {
    let sealed = false;
    exchange.seal = () => {
      if (sealed) return true;
      sealed = true;
      exchange.record.durationNs = clock.nowNs() - exchange.startedNs;
      // The refusal for want of a record is the one answer that may go out without one.
      return rows.append(exchange.record) || exchange.record.errorCode === "audit_unavailable";
    };
    try {
      await next();
    } finally {
      exchange.seal();
    }
  };
}
