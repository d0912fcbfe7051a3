// Tells listeners in the main thread of every row the store took, without asking the store again.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { REQUEST_COLUMNS } from "../telemetry/columns.ts";
import type { Batch, Sink } from "../telemetry/sink.ts";

/** Gets whole lines in the order of REQUEST_COLUMNS, which never change afterwards; must not wait. */
type RowListener = (lines: Buffer) => void;

export interface RowFeed {
  /** Passes batches on, and tells of each once: when it is stored, not when it is tried. */
  readonly sink: Sink;
  /** Ends with the call of what it returns. */
  readonly subscribe: (listener: RowListener) => () => void;
}

export function createRowFeed(sink: Sink, log: Log): RowFeed {
  const listeners = new Set<RowListener>();
  const tell = ({ columns, body }: Batch): void => {
    // What a former version of weir left in the spool has other columns; it is stored all the same.
    if (columns.length !== REQUEST_COLUMNS.length) return;
    for (const listener of listeners) {
      try {
        listener(body);
      } catch (thrown) {
        log.error("row_listener_failed", { cause: messageOf(thrown) });
      }
    }
  };
  return {
    sink: {
      write: async (batch) => {
        const delivery = await sink.write(batch);
        if (delivery.kind === "stored") tell(batch);
        return delivery;
      },
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
