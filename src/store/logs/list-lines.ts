// Log lines of both tables in one list, newest first and by pages; and one line whole.
import type { Row } from "../answer.ts";
import type { Store } from "../client.ts";
import { StoreError } from "../store-error.ts";
import { allConditions, type LogFilters, type LogWindow, paramsOf } from "./log-filters.ts";
import { LOG_TABLES, type LogTable, SERVICE_LOGS } from "./log-source.ts";

export interface LinePage {
  /** 1 to 1000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly before?: string;
}

export interface LineList {
  /** time (as "2026-11-21 09:30:00.123456789"), source, id, service, route, severity, text, text_bytes, trace_id, span_id. */
  readonly rows: readonly Row[];
  /** Cursor of the next, older page; null where there is none. */
  readonly next: string | null;
}

const MOST_ROWS = 1000;
/** Of each text; the rest is a question for the one line. */
export const LINE_CHARS = 2000;
const LIMITS = { readonly: true, timeoutMs: 20_000 } as const;

/** Rejects with StoreError; code 27 for a cursor that is none. */
export async function listLines(
  store: Store,
  { filters, window }: { readonly filters: LogFilters; readonly window: LogWindow },
  page: LinePage,
): Promise<LineList> {
  const limit = Math.max(1, Math.min(MOST_ROWS, Math.trunc(page.limit)));
  const cursor = page.before === undefined ? null : readCursor(page.before);
  const params = { ...paramsOf(filters, window), ...cursor?.params, limit };
  const skipped = cursor?.skipped ?? 0;
  const asked = tablesOf(filters).map(
    (table) => `(${newestOf(table, { filters, before: cursor !== null, rows: limit + skipped })})`,
  );
  const { rows } = await store.query(
    `SELECT * FROM (${asked.join(" UNION ALL ")})
     ORDER BY time DESC, id DESC LIMIT ${skipped}, {limit:UInt32}`,
    params,
    LIMITS,
  );
  return { rows, next: rows.length < limit ? null : cursorAfter(rows, cursor) };
}

export function tablesOf({ source }: LogFilters): readonly LogTable[] {
  return LOG_TABLES.filter((table) => source === undefined || table.source === source);
}

interface Newest {
  readonly filters: LogFilters;
  /** Only what a cursor leaves. */
  readonly before: boolean;
  readonly rows: number;
}

/**
 * The sort key's first part leads, so that the newest rows are read first and the rest not at all. Ids are made of
 * few rows only: first the time is found that as many are not older than.
 */
function newestOf(table: LogTable, { filters, before, rows }: Newest): string {
  const { time, id } = table;
  const older = `(${time} < {before_at:DateTime64(9, 'UTC')} OR
    (${time} = {before_at:DateTime64(9, 'UTC')} AND ${id} <= {before_id:String}))`;
  const asked = `FROM ${table.table} WHERE ${allConditions(table, filters)}${before ? ` AND ${older}` : ""}`;
  const newestFirst = `ORDER BY toStartOfFiveMinutes(${time}) DESC, ${time} DESC`;
  return `SELECT ${time} AS time, '${table.source}' AS source, ${id} AS id, ${table.service} AS service,
      ${table.route} AS route, ${table.severity} AS severity,
      substringUTF8(${table.text}, 1, ${LINE_CHARS}) AS text, length(${table.text}) AS text_bytes,
      ${table.traceId} AS trace_id, ${table.spanId} AS span_id
    ${asked} AND ${time} >= (SELECT minOrNull(at) FROM (SELECT ${time} AS at ${asked} ${newestFirst} LIMIT ${rows}))
    ${newestFirst}, ${id} DESC LIMIT ${rows}`;
}

/** The last line that was shown, and how many were that can't be told from it. */
interface Cursor {
  readonly params: { readonly before_at: string; readonly before_id: string };
  readonly skipped: number;
}

const CURSOR =
  /^(?<day>\d{4}-\d\d-\d\d)T(?<time>\d\d:\d\d:\d\d\.\d{9})~(?<id>[\w.-]{0,128})~(?<skipped>\d{1,4})$/;

function readCursor(text: string): Cursor {
  const groups = CURSOR.exec(text)?.groups;
  if (groups === undefined) throw new StoreError(`"${text}" is no cursor of this list`, 27);
  const { day, time, id = "", skipped } = groups;
  return {
    params: { before_at: `${day} ${time}`, before_id: id },
    skipped: Math.min(MOST_ROWS, Number(skipped)),
  };
}

function cursorAfter(rows: readonly Row[], before: Cursor | null): string | null {
  const last = rows.at(-1);
  if (last === undefined) return null;
  const time = String(last["time"]);
  const id = String(last["id"]);
  const same = rows.filter((row) => row["time"] === time && row["id"] === id).length;
  const isSame = before?.params.before_at === time && before.params.before_id === id;
  return `${time.replace(" ", "T")}~${id}~${same + (isSame ? before.skipped : 0)}`;
}

const LINE_ID = /^(?<day>\d{4}-\d\d-\d\d)T(?<time>\d\d:\d\d:\d\d\.\d{9})Z~(?<id>[0-9a-f]{16})$/;

/** A row of `otel_logs` by its time and id as the list has them; null: there is none. Rejects with StoreError. */
export async function readLine(store: Store, name: string): Promise<Row | null> {
  const { day, time, id } = LINE_ID.exec(name)?.groups ?? {};
  if (id === undefined) return null;
  const { table, time: at, id: hash, severity } = SERVICE_LOGS;
  const { rows } = await store.query(
    `SELECT *, ${hash} AS id, ${severity} AS severity FROM ${table}
     WHERE ${at} = {at:DateTime64(9, 'UTC')} AND ${hash} = {id:String} LIMIT 1`,
    { at: `${day} ${time}`, id },
    LIMITS,
  );
  return rows[0] ?? null;
}
