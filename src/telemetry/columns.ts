// The columns of a request row: as everybody reads them, and as a worker writes them into the spool.
// The drain names them in INSERT, so table `requests` may have more, never fewer.

import { WeirError } from "../core/errors.ts";

/** Raised whenever the list below changes, or how rows are written: spool segments carry it, so old ones still drain. */
export const ROW_VERSION = 5;

/** What a column of each ClickHouse type holds wherever it is read in TypeScript. */
interface Kinds {
  readonly String: string;
  readonly "LowCardinality(String)": string;
  /** Seconds since the epoch with nine digits in the spool, ISO-8601 wherever it leaves the admin API. */
  readonly "DateTime64(9)": string;
  readonly UInt8: number;
  readonly UInt16: number;
  /** `*_ns` are whole nanoseconds, `*_bytes` bytes. */
  readonly UInt64: number;
  readonly Bool: boolean;
  readonly "Array(String)": readonly string[];
  readonly "Array(LowCardinality(String))": readonly string[];
  readonly "Array(UInt16)": readonly number[];
  readonly "Array(UInt64)": readonly number[];
  readonly "Array(Float32)": readonly number[];
  readonly "Map(LowCardinality(String), String)": Readonly<Record<string, string>>;
}

export type ColumnType = keyof Kinds;

/** Every column once, in the order of the spool's rows, with the type that table `requests` has for it. */
const COLUMN_TYPES = {
  kind: "LowCardinality(String)",
  started_at: "DateTime64(9)",
  trace_id: "String",
  span_id: "String",
  parent_span_id: "String",
  trace_flags: "UInt8",
  trace_state: "String",
  sampled: "Bool",
  instance: "LowCardinality(String)",
  worker: "UInt16",
  config_revision: "LowCardinality(String)",
  scheme: "LowCardinality(String)",
  http_version: "LowCardinality(String)",
  method: "LowCardinality(String)",
  host: "String",
  path: "String",
  query: "String",
  route: "LowCardinality(String)",
  service: "LowCardinality(String)",
  api_version: "LowCardinality(String)",
  request_bytes: "UInt64",
  content_type: "String",
  user_agent: "String",
  headers: "Map(LowCardinality(String), String)",
  client_address: "String",
  tls_version: "LowCardinality(String)",
  principal: "String",
  principal_kind: "LowCardinality(String)",
  issuer: "LowCardinality(String)",
  roles: "Array(LowCardinality(String))",
  auth_method: "LowCardinality(String)",
  auth_outcome: "LowCardinality(String)",
  decision: "LowCardinality(String)",
  rule: "LowCardinality(String)",
  rule_source: "LowCardinality(String)",
  policy_revision: "LowCardinality(String)",
  policy_request: "Array(String)",
  policy_replay: "LowCardinality(String)",
  role_path: "Array(LowCardinality(String))",
  shadow_decision: "LowCardinality(String)",
  shadow_rule: "LowCardinality(String)",
  shadow_rule_source: "LowCardinality(String)",
  shadow_revision: "LowCardinality(String)",
  upstream: "LowCardinality(String)",
  picker: "LowCardinality(String)",
  candidates: "Array(LowCardinality(String))",
  candidate_scores: "Array(Float32)",
  candidate_inflight: "Array(UInt16)",
  attempt_upstream: "Array(LowCardinality(String))",
  attempt_span_id: "Array(String)",
  attempt_started_ns: "Array(UInt64)",
  attempt_duration_ns: "Array(UInt64)",
  attempt_status: "Array(UInt16)",
  attempt_error: "Array(LowCardinality(String))",
  duration_ns: "UInt64",
  identify_ns: "UInt64",
  authorize_ns: "UInt64",
  balance_ns: "UInt64",
  queue_ns: "UInt64",
  connect_ns: "UInt64",
  upstream_first_byte_ns: "UInt64",
  upstream_ns: "UInt64",
  status: "UInt16",
  response_bytes: "UInt64",
  completed: "Bool",
  error_code: "LowCardinality(String)",
  error_source: "LowCardinality(String)",
  limited_by: "LowCardinality(String)",
  breaker: "LowCardinality(String)",
  fault: "LowCardinality(String)",
  attributes: "Map(LowCardinality(String), String)",
} as const satisfies Readonly<Record<string, ColumnType>>;

/** In place of columns that mostly repeat others: table `requests` makes those of these, and of what they refer to. */
const KEPT_TYPES = {
  /** Empty wherever the ids are those of `attemptSpanId` (span-ids.ts). */
  attempt_span_id_kept: "Array(String)",
  /** Values of references.ts by their names. */
  policy_request_kept: "Array(String)",
  role_path_kept: "Array(LowCardinality(String))",
} as const satisfies Readonly<Record<string, ColumnType>>;

const TYPES: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ...Object.entries(COLUMN_TYPES),
  ...Object.entries(KEPT_TYPES),
]);

export type RequestColumn = keyof typeof COLUMN_TYPES;

type KeptColumn = keyof typeof KEPT_TYPES;
type Unkept<Name> = Name extends `${infer Column}_kept` ? Column : never;
export type StoredColumn = Exclude<RequestColumn, Unkept<KeptColumn>> | KeptColumn;
export type SpooledColumn = Exclude<StoredColumn, "attempt_span_id_kept">;

export const REQUEST_COLUMNS: readonly RequestColumn[] = Object.keys(
  COLUMN_TYPES,
) as RequestColumn[];

/** Columns that rows of version 1 had not got. */
const SINCE_2: ReadonlySet<RequestColumn> = new Set([
  "policy_replay",
  "role_path",
  "shadow_rule_source",
]);

/** And those of version 2. */
const SINCE_3: ReadonlySet<RequestColumn> = new Set(["auth_method"]);

/** What table `requests` keeps of a row. */
const OF_4: readonly StoredColumn[] = REQUEST_COLUMNS.map((column) => {
  const kept = `${column}_kept`;
  return (kept in KEPT_TYPES ? kept : column) as StoredColumn;
});

/** Of the rows that are written now: all attempts have ids that can be told. */
export const SPOOLED_COLUMNS: readonly SpooledColumn[] = OF_4.filter(
  (column): column is SpooledColumn => column !== "attempt_span_id_kept",
);

const OF_2 = REQUEST_COLUMNS.filter((column) => !SINCE_3.has(column));

/** The columns of every row version that a segment may still hold. */
export const COLUMNS_BY_VERSION: ReadonlyMap<number, readonly (RequestColumn | StoredColumn)[]> =
  new Map<number, readonly (RequestColumn | StoredColumn)[]>([
    [1, OF_2.filter((column) => !SINCE_2.has(column))],
    [2, OF_2],
    [3, REQUEST_COLUMNS],
    [4, OF_4],
    [ROW_VERSION, SPOOLED_COLUMNS],
  ]);

/** The last version whose segments are lines of JSONCompactEachRow; since then they are row groups. */
export const LAST_LINES_VERSION = 3;

/** Throws for what is no column of ours. */
export function typeOf(column: string): ColumnType {
  const type = TYPES.get(column);
  if (type === undefined) throw new WeirError("internal", `no column ${column}`);
  return type;
}

/** A whole row as the admin API gives it. */
export type RequestRow = {
  readonly [Column in RequestColumn]: Kinds[(typeof COLUMN_TYPES)[Column]];
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
