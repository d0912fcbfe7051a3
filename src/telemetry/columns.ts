// The columns a worker writes into a request row, in the order of the spool's lines.
// The drain names them in INSERT, so table `requests` may have more, never fewer.

/** Raised whenever the list below changes: spool segments carry it, so old ones still drain. */
export const ROW_VERSION = 3;

/** What a column holds, as the spool writes it. */
interface Kinds {
  readonly text: string;
  /** Seconds since the epoch with nine digits in the spool, ISO-8601 wherever it leaves the admin API. */
  readonly time: string;
  /** `*_ns` are whole nanoseconds, `*_bytes` bytes. */
  readonly number: number;
  readonly flag: boolean;
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  /** Stored as Float32. */
  readonly singles: readonly number[];
  readonly map: Readonly<Record<string, string>>;
}

/** Every column once, in the order of the spool's lines. */
const COLUMN_KINDS = {
  kind: "text",
  started_at: "time",
  trace_id: "text",
  span_id: "text",
  parent_span_id: "text",
  trace_flags: "number",
  trace_state: "text",
  sampled: "flag",
  instance: "text",
  worker: "number",
  config_revision: "text",
  scheme: "text",
  http_version: "text",
  method: "text",
  host: "text",
  path: "text",
  query: "text",
  route: "text",
  service: "text",
  api_version: "text",
  request_bytes: "number",
  content_type: "text",
  user_agent: "text",
  headers: "map",
  client_address: "text",
  tls_version: "text",
  principal: "text",
  principal_kind: "text",
  issuer: "text",
  roles: "texts",
  auth_method: "text",
  auth_outcome: "text",
  decision: "text",
  rule: "text",
  rule_source: "text",
  policy_revision: "text",
  policy_request: "texts",
  policy_replay: "text",
  role_path: "texts",
  shadow_decision: "text",
  shadow_rule: "text",
  shadow_rule_source: "text",
  shadow_revision: "text",
  upstream: "text",
  picker: "text",
  candidates: "texts",
  candidate_scores: "singles",
  candidate_inflight: "numbers",
  attempt_upstream: "texts",
  attempt_span_id: "texts",
  attempt_started_ns: "numbers",
  attempt_duration_ns: "numbers",
  attempt_status: "numbers",
  attempt_error: "texts",
  duration_ns: "number",
  identify_ns: "number",
  authorize_ns: "number",
  balance_ns: "number",
  queue_ns: "number",
  connect_ns: "number",
  upstream_first_byte_ns: "number",
  upstream_ns: "number",
  status: "number",
  response_bytes: "number",
  completed: "flag",
  error_code: "text",
  error_source: "text",
  limited_by: "text",
  breaker: "text",
  fault: "text",
  attributes: "map",
} as const satisfies Readonly<Record<string, keyof Kinds>>;

export type RequestColumn = keyof typeof COLUMN_KINDS;

export const REQUEST_COLUMNS: readonly RequestColumn[] = Object.keys(
  COLUMN_KINDS,
) as RequestColumn[];

/** Columns that rows of version 1 had not got. */
const SINCE_2: ReadonlySet<RequestColumn> = new Set([
  "policy_replay",
  "role_path",
  "shadow_rule_source",
]);

/** And those of version 2. */
const SINCE_3: ReadonlySet<RequestColumn> = new Set(["auth_method"]);

const OF_2 = REQUEST_COLUMNS.filter((column) => !SINCE_3.has(column));

/** The columns of every row version that a segment may still hold. */
export const COLUMNS_BY_VERSION: ReadonlyMap<number, readonly RequestColumn[]> = new Map([
  [1, OF_2.filter((column) => !SINCE_2.has(column))],
  [2, OF_2],
  [ROW_VERSION, REQUEST_COLUMNS],
]);

export function kindOf(column: RequestColumn): keyof Kinds {
  return COLUMN_KINDS[column];
}

/** A whole row as the admin API gives it. */
export type RequestRow = {
  readonly [Column in RequestColumn]: Kinds[(typeof COLUMN_KINDS)[Column]];
};

/** What a list of requests shows of each, whether it was asked of the store or comes live. */
export const LISTED_COLUMNS = [
  "started_at",
  "kind",
  "trace_id",
  "span_id",
  "instance",
  "method",
  "host",
  "path",
  "route",
  "service",
  "principal",
  "principal_kind",
  "auth_method",
  "decision",
  "rule",
  "shadow_decision",
  "upstream",
  "picker",
  "candidates",
  "candidate_scores",
  "candidate_inflight",
  "status",
  "duration_ns",
  "request_bytes",
  "response_bytes",
  "completed",
  "error_code",
  "error_source",
] as const satisfies readonly RequestColumn[];

export type ListedRow = Pick<RequestRow, (typeof LISTED_COLUMNS)[number]> & {
  /** Upstreams that were tried. */
  readonly attempts: number;
};
