// Row groups for tests: made of records or of lines, and read back as plain rows.
import { REQUEST_COLUMNS, type RequestColumn } from "../../../src/telemetry/columns.ts";
import { createGroupEncoder } from "../../../src/telemetry/groups/group-encoder.ts";
import { MAX_GROUP_ROWS } from "../../../src/telemetry/groups/limits.ts";
import {
  type GroupValues,
  groupsIn,
  type RowGroup,
} from "../../../src/telemetry/groups/row-group.ts";
import { RequestRecord } from "../../../src/telemetry/record.ts";

const encoder = createGroupEncoder("weir-1", 3);

/** As a worker writes them at once. */
export function framesOf(records: readonly RequestRecord[]): Buffer {
  const frames: Buffer[] = [];
  for (let from = 0; from < records.length; from += MAX_GROUP_ROWS) {
    const to = Math.min(records.length, from + MAX_GROUP_ROWS);
    frames.push(Buffer.from(encoder.bytes.subarray(0, encoder.encode(records, from, to))));
  }
  return Buffer.concat(frames);
}

export function groupsOf(...changes: Partial<RequestRecord>[]): RowGroup[] {
  return [...groupsIn(framesOf(changes.map((each) => Object.assign(new RequestRecord(), each))))];
}

type Row = Record<RequestColumn, unknown>;

export function rowsOf(frames: Buffer): Row[] {
  return [...groupsIn(frames)].flatMap((group) =>
    Array.from({ length: group.rows }, (_, row) => {
      const values = REQUEST_COLUMNS.map((column) => [column, group.values(column)[row]]);
      return Object.fromEntries(values) as Row;
    }),
  );
}

/** What lines of JSONCompactEachRow say, as if it had come in a group. */
export function groupOfLines(lines: readonly string[]): GroupValues {
  const rows = lines.map((line) => JSON.parse(line) as unknown[]);
  const values = (column: RequestColumn): unknown[] =>
    rows.map((row) => row[REQUEST_COLUMNS.indexOf(column)]);
  return { rows: rows.length, values };
}
