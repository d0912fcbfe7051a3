// Makes sure the row is written once: before the last byte goes out, or when nobody waits for it.
import type { Clock } from "../core/clock.ts";
import type { Exchange, Recorder } from "./exchange.ts";
import { createRowBatch, type RowLog } from "./row-batch.ts";

/** From here on the exchange can be sealed, which `handler` does at the latest when all is over. */
export type RecordStage = (exchange: Exchange) => void;

export function createRecordStage(rows: RowLog, clock: Clock): RecordStage {
  const batch = createRowBatch(rows);
  const recorder: Recorder = {
    record({ record, startedNs }, written) {
      record.durationNs = clock.nowNs() - startedNs;
      batch(record, written);
    },
  };
  return (exchange) => {
    exchange.recorder = recorder;
  };
}
