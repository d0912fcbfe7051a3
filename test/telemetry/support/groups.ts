// Row groups for tests: made of records or of lines, and read back as plain rows.
import { attemptSpanId } from "../../../src/telemetry/span-ids.ts";
import {
  REQUEST_COLUMNS,
  type RequestColumn,
  SPOOLED_COLUMNS,
  type SpooledColumn,
  type StoredColumn,
} from "../../../src/telemetry/columns.ts";
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

type SpooledRow = Record<SpooledColumn, unknown>;
type Row = Record<RequestColumn, unknown> & SpooledRow;

/** As table `requests` shows it. */
function readable(row: SpooledRow): Row {
  const meant = (text: string): unknown => {
    if (!text.startsWith("\u0001")) return text;
    const rest = text.slice(1);
    const known = ["path", "principal", "method", "host", "route", "service"].includes(rest);
    return known ? row[rest as SpooledColumn] : rest;
  };
  return {
    ...row,
    policy_request: (row.policy_request_kept as string[]).map(meant),
    role_path: (row.role_path_kept as string[]).map(meant),
    attempt_span_id: (row.attempt_upstream as string[]).map((_, at) =>
      attemptSpanId(String(row.span_id), at),
    ),
  };
}

export function rowsOf(frames: Buffer): Row[] {
  return [...groupsIn(frames)].flatMap((group) =>
    Array.from({ length: group.rows }, (_, row) => {
      const values = SPOOLED_COLUMNS.map((column) => [column, group.values(column)[row]]);
      return readable(Object.fromEntries(values) as SpooledRow);
    }),
  );
}

/** What lines of JSONCompactEachRow say, as if it had come in a group. */
export function groupOfLines(lines: readonly string[]): GroupValues {
  const rows = lines.map((line) => JSON.parse(line) as unknown[]);
  const values = (column: StoredColumn): unknown[] =>
    rows.map((row) => row[REQUEST_COLUMNS.indexOf(column.replace(/_kept$/, "") as RequestColumn)]);
  return { rows: rows.length, values };
}
