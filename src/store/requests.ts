// Request rows one by one: the list with its filters and pages, and everything known of one trace.
import { LISTED_COLUMNS, REQUEST_COLUMNS } from "../telemetry/columns.ts";
import type { ShadowChange } from "../telemetry/shadow-change.ts";
import type { Row } from "./answer.ts";
import type { Store } from "./client.ts";
import { cursorOf, type CursorParams, readCursor } from "./request-cursor.ts";
import { StoreError } from "./store-error.ts";

/** Every field narrows the list, an empty name to what has none; one that is missing does not. */
export interface RequestFilters {
  /** "decision": what was asked through AuthZEN; "audit": changes of weir itself; "request": all else, which passed through weir. */
  readonly kind?: "request" | "decision" | "audit";
  readonly route?: string;
  readonly service?: string;
  readonly status?: number;
  /** 2 for 2xx, and so on. */
  readonly status_class?: number;
  readonly method?: string;
  readonly principal?: string;
  readonly decision?: string;
  /** What the candidate policy would change. */
  readonly shadow?: ShadowChange;
  /** Of the candidate that was asked. */
  readonly shadow_revision?: string;
  /** The deciding one. */
  readonly rule?: string;
  readonly upstream?: string;
  readonly path_prefix?: string;
  /** Of what was answered; empty where nothing went wrong, or only at the upstream. */
  readonly error_code?: string;
  /** "ok", "none", or one word for each way to fail. */
  readonly auth_outcome?: string;
  readonly client_address?: string;
  readonly trace_id?: string;
  readonly min_duration_ns?: number;
  /** Less than this. */
  readonly max_duration_ns?: number;
}

export interface RequestPage {
  /** Milliseconds since the epoch. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** `next` of the page before. */
  readonly before?: string;
  /** 1 to 1000. */
  readonly limit: number;
}

export interface RequestList {
  /** Newest first. Times are UTC, as "2026-11-21 09:30:00.123456789". */
  readonly rows: readonly Row[];
  /** Cursor of the next, older page; null where there is none. */
  readonly next: string | null;
}

export interface Trace {
  /** Whole rows of `requests`, oldest first. */
  readonly requests: readonly Row[];
  /** Rows of `otel_spans` in the Collector's columns, without events and links; oldest first. */
  readonly spans: readonly Row[];
  /** There are more spans than are read. */
  readonly truncated: boolean;
}

const MOST_ROWS = 1000;
/** Of one trace; more are left out, and it is said. */
const MOST_SPANS = 20_000;
const QUERY_TIMEOUT_MS = 20_000;

const LISTED = [...LISTED_COLUMNS, "length(attempt_upstream) AS attempts"].join(", ");

/** As `shadowChange` has it. */
const SHADOW_CHANGE = `multiIf(shadow_decision = 'error', 'error',
  shadow_decision = 'allow' AND decision != 'allow', 'gain',
  shadow_decision = 'deny' AND decision = 'allow', 'loss', '')`;

/** By the five minutes it has requests in, which the sort key finds (0017_places.sql). */
const inTrace = (
  id: string,
): string => `trace_id = {${id}:String} AND toStartOfFiveMinutes(started_at) IN
  (SELECT five_minutes FROM trace_places WHERE hash = toUInt32(cityHash64({${id}:String})))`;

const CONDITIONS: Readonly<Record<keyof RequestFilters, string>> = {
  kind: "if(kind IN ('decision', 'audit'), toString(kind), 'request') = {kind:String}",
  route: "route = {route:String}",
  service: "service = {service:String}",
  status: "status = {status:UInt16}",
  status_class: "intDiv(status, 100) = {status_class:UInt8}",
  method: "method = {method:String}",
  principal: "principal = {principal:String}",
  decision: "decision = {decision:String}",
  shadow: `${SHADOW_CHANGE} = {shadow:String}`,
  shadow_revision: "shadow_revision = {shadow_revision:String}",
  rule: "rule = {rule:String}",
  upstream: "upstream = {upstream:String}",
  path_prefix: "startsWith(path, {path_prefix:String})",
  error_code: "error_code = {error_code:String}",
  auth_outcome: "auth_outcome = {auth_outcome:String}",
  client_address: "client_address = {client_address:String}",
  trace_id: inTrace("trace_id"),
  min_duration_ns: "duration_ns >= {min_duration_ns:UInt64}",
  max_duration_ns: "duration_ns < {max_duration_ns:UInt64}",
};

const REQUEST_FILTERS = Object.keys(CONDITIONS) as readonly (keyof RequestFilters)[];

const SINCE = "started_at >= {since:DateTime64(3, 'UTC')}";
const UNTIL = "started_at < {until:DateTime64(3, 'UTC')}";
const BEFORE = "(started_at, span_id) < ({before_at:DateTime64(9, 'UTC')}, {before_span:String})";

interface Narrowing {
  readonly conditions: string[];
  readonly params: Record<string, unknown>;
}

/** What a WHERE clause has for these filters and this window. */
export function narrowing(
  filters: RequestFilters,
  { sinceMs, untilMs }: Pick<RequestPage, "sinceMs" | "untilMs">,
): Narrowing {
  const given = REQUEST_FILTERS.filter((name) => filters[name] !== undefined);
  const conditions = given.map((name) => CONDITIONS[name]);
  const params: Record<string, unknown> = {};
  for (const name of given) params[name] = filters[name];
  if (sinceMs !== undefined) {
    conditions.push(SINCE);
    params["since"] = new Date(sinceMs);
  }
  if (untilMs !== undefined) {
    conditions.push(UNTIL);
    params["until"] = new Date(untilMs);
  }
  return { conditions, params };
}

/** Rejects with StoreError; code 27 for a cursor that is none. */
export async function listRequests(
  store: Store,
  filters: RequestFilters,
  page: RequestPage,
): Promise<RequestList> {
  const limit = Math.max(1, Math.min(MOST_ROWS, Math.trunc(page.limit)));
  for (const sinceMs of widening(page)) {
    const rows = await newest(store, filters, { ...page, ...sinceMs, limit });
    if (rows.length === limit) return { rows, next: after(rows.at(-1)) };
    if (sinceMs.sinceMs === page.sinceMs) return { rows, next: null };
  }
  return { rows: [], next: null };
}

const HOUR_MS = 3_600_000;
const LOOKS_BACK_MS = [HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS];

/** An hour, a day, a week, all: newest first from all days at once begins to read every part of the table. */
function* widening({
  sinceMs,
  untilMs = Date.now(),
  before,
}: RequestPage): Generator<Pick<RequestPage, "sinceMs">> {
  const at = before === undefined ? "" : placeOf(before).before_at;
  const endMs = at === "" ? untilMs : Math.min(untilMs, Date.parse(`${at.slice(0, 23)}Z`));
  for (const backMs of LOOKS_BACK_MS) {
    if (endMs - backMs > (sinceMs ?? 0)) yield { sinceMs: endMs - backMs };
  }
  yield sinceMs === undefined ? {} : { sinceMs };
}

/** By route, those that failed or were refused, and changes of weir itself (0019_notable_requests.sql). */
const NOTABLE = { table: "notable_requests", order: "started_at DESC, span_id DESC" };
/** The sort key's first part leads, so that the newest rows are read first and the rest not at all. */
export const NEWEST_FIRST = "toStartOfFiveMinutes(started_at) DESC, started_at DESC, span_id DESC";
const ALL = { table: "requests", order: NEWEST_FIRST };

/** Where all rows are that these filters let through. */
function sourceOf({ kind, status = 0, status_class, error_code = "" }: RequestFilters): typeof ALL {
  const isFailed = status >= 500 || status_class === 5 || error_code !== "";
  return isFailed || kind === "audit" ? NOTABLE : ALL;
}

async function newest(
  store: Store,
  filters: RequestFilters,
  page: RequestPage,
): Promise<readonly Row[]> {
  const { conditions, params } = narrowing(filters, page);
  if (page.before !== undefined) {
    conditions.push(BEFORE);
    Object.assign(params, placeOf(page.before));
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const { table, order } = sourceOf(filters);
  const { rows } = await store.query(
    `SELECT ${LISTED} FROM ${table} ${where} ORDER BY ${order} LIMIT {limit:UInt32}`,
    { ...params, limit: page.limit },
    { readonly: true, timeoutMs: QUERY_TIMEOUT_MS },
  );
  return rows;
}

function after(row: Row | undefined): string | null {
  if (row === undefined) return null;
  return cursorOf({ started_at: String(row["started_at"]), span_id: String(row["span_id"]) });
}

function placeOf(cursor: string): CursorParams {
  const place = readCursor(cursor);
  if (place === null) throw new StoreError(`"${cursor}" is no cursor of this list`, 27);
  return place;
}

const TRACE_REQUESTS = `SELECT ${REQUEST_COLUMNS.join(", ")} FROM requests WHERE ${inTrace("id")}
  ORDER BY started_at LIMIT ${MOST_ROWS}`;
/** Events and links are left out: they are much of a long trace, and nobody is shown them. */
const TRACE_SPANS = `SELECT Timestamp, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Duration, StatusCode,
    StatusMessage, SpanAttributes, ResourceAttributes
  FROM otel_spans WHERE TraceId = {id:String}
  ORDER BY Timestamp LIMIT ${MOST_SPANS + 1}`;

/** Rejects with StoreError. A trace nobody knows has neither requests nor spans. */
export async function readTrace(store: Store, traceId: string): Promise<Trace> {
  const limits = { readonly: true, timeoutMs: QUERY_TIMEOUT_MS, isLookup: true };
  const [requests, spans] = await Promise.all(
    [TRACE_REQUESTS, TRACE_SPANS].map((sql) => store.query(sql, { id: traceId }, limits)),
  );
  const all = spans?.rows ?? [];
  return {
    requests: requests?.rows ?? [],
    spans: all.slice(0, MOST_SPANS),
    truncated: all.length > MOST_SPANS,
  };
}
