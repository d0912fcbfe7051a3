// Tells listeners in the main thread of every row, as it is written and again once it is stored.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { groupsIn } from "../telemetry/groups/row-group.ts";
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
    // What a former version of weir left in the spool is in lines; it is stored all the same.
    const isKnown = batch.format === "groups" && stored.isWatched();
    if (delivery.kind === "stored" && isKnown) stored.see([...groupsIn(batch.body, batch.columns)]);
    return delivery;
  };
  return { sink: { write }, stored, see: live.see, live };
}

interface OpenRows extends Rows {
  readonly see: SeeRows;
  readonly isWatched: () => boolean;
}

function createRows(log: Log): OpenRows {
  const listeners = new Set<SeeRows>();
  return {
    isWatched: () => listeners.size > 0,
    see: (groups) => {
      for (const listener of listeners) {
        try {
          listener(groups);
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
