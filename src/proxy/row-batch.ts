// Writes the rows of replies that end in the same turn of the event loop at once, then ends them.
import type { RequestRecord } from "../telemetry/record.ts";

/** Where rows go; the spool's writer in a worker. */
export interface RowLog {
  /** false: the row could not be kept, and it must be (telemetry.audit: required). */
  readonly append: (record: RequestRecord) => boolean;
  /** Several at once: how many, from the first on, were kept or need not be. */
  readonly appendAll?: (records: readonly RequestRecord[]) => number;
  /** false: no request may be taken, because it could not be recorded. */
  readonly writable: () => boolean;
}

/** Told once the row is written; false: it could not be kept, and it must be. */
export type Written = (kept: boolean) => void;

export type RowBatch = (record: RequestRecord, written: Written | undefined) => void;

/**
 * Under load many replies end in one turn, and one system call serves them all; a lone reply waits
 * for nothing but the end of its turn.
 */
export function createRowBatch(rows: RowLog): RowBatch {
  let records: RequestRecord[] = [];
  let waiting: (Written | undefined)[] = [];
  const flush = (): void => {
    const [batch, listeners] = [records, waiting];
    records = [];
    waiting = [];
    const kept = appendAll(rows, batch);
    for (let at = 0; at < listeners.length; at++) {
      listeners[at]?.(kept(at) || mayGoUnrecorded(batch[at]));
    }
  };
  return (record, written) => {
    if (records.length === 0) setImmediate(flush);
    records.push(record);
    waiting.push(written);
  };
}

/** The refusal for want of a record is the one answer that may go out without one. */
function mayGoUnrecorded(record: RequestRecord | undefined): boolean {
  return record?.errorCode === "audit_unavailable";
}

function appendAll(rows: RowLog, batch: readonly RequestRecord[]): (at: number) => boolean {
  if (rows.appendAll === undefined) {
    const kept = batch.map((record) => rows.append(record));
    return (at) => kept[at] ?? false;
  }
  const count = rows.appendAll(batch);
  return (at) => at < count;
}
