// Tells listeners in the main thread of every row, as it is written and again once it is stored.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { REQUEST_COLUMNS } from "../telemetry/columns.ts";
import type { SeeRows } from "../telemetry/live-rows.ts";
import type { Batch, Delivery, Sink } from "../telemetry/sink.ts";

export interface Rows {
  /** Ends with the call of what it returns. */
  readonly subscribe: (listener: SeeRows) => () => void;
}

export interface RowFeed {
  /** Passes batches on, and tells of each once: when it is stored, not when it is tried. */
  readonly sink: Sink;
  /** Those the store took, left-overs of former runs too. */
  readonly stored: Rows;
  /** For the drain to tell of each row as it is written. */
  readonly see: SeeRows;
  /** Those of this run, as they are written. */
  readonly live: Rows;
}

export function createRowFeed(sink: Sink, log: Log): RowFeed {
  const stored = createRows(log);
  const live = createRows(log);
  const write = async (batch: Batch): Promise<Delivery> => {
    const delivery = await sink.write(batch);
    // What a former version of weir left in the spool has other columns; it is stored all the same.
    const isKnown = batch.columns.length === REQUEST_COLUMNS.length;
    if (delivery.kind === "stored" && isKnown) stored.see(batch.body);
    return delivery;
  };
  return { sink: { write }, stored, see: live.see, live };
}

function createRows(log: Log): Rows & { readonly see: SeeRows } {
  const listeners = new Set<SeeRows>();
  return {
    see: (lines) => {
      for (const listener of listeners) {
        try {
          listener(lines);
        } catch (thrown) {
          log.error("row_listener_failed", { cause: messageOf(thrown) });
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
