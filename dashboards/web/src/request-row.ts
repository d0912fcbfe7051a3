// One row of table `requests` as the admin API sends it, and what a trace is made of.
import type { IsoTime } from "./api.ts";

/** Columns of src/telemetry/columns.ts; *_ns are integer nanoseconds. */
export interface RequestRow {
  readonly kind: string;
  readonly started_at: IsoTime;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly instance: string;
  readonly worker: number;
  readonly config_revision: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly route: string;
  readonly service: string;
  readonly request_bytes: number;
  readonly principal: string;
  readonly principal_kind: string;
  readonly roles: readonly string[];
  readonly auth_outcome: string;
  readonly decision: string;
  readonly rule: string;
  readonly rule_source: string;
  readonly policy_revision: string;
  readonly policy_request: readonly string[];
  readonly upstream: string;
  readonly picker: string;
  readonly candidates: readonly string[];
  readonly candidate_scores: readonly number[];
  readonly candidate_inflight: readonly number[];
  readonly attempt_upstream: readonly string[];
  readonly attempt_span_id: readonly string[];
  readonly attempt_started_ns: readonly number[];
  readonly attempt_duration_ns: readonly number[];
  readonly attempt_status: readonly number[];
  readonly attempt_error: readonly string[];
  readonly duration_ns: number;
  readonly identify_ns: number;
  readonly authorize_ns: number;
  readonly balance_ns: number;
  readonly queue_ns: number;
  readonly connect_ns: number;
  readonly upstream_first_byte_ns: number;
  readonly upstream_ns: number;
  readonly status: number;
  readonly response_bytes: number;
  readonly completed: boolean | number;
  readonly error_code: string;
  readonly error_source: string;
  /** Every column, those not named above too. */
  readonly [column: string]: unknown;
}

export interface RequestPage {
  readonly rows: readonly RequestRow[];
  readonly next: string | null;
}

/** A span of another service, as it came by OTLP. */
export interface Span {
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly started_at: IsoTime;
  readonly duration_ns: number;
  readonly status: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Trace {
  readonly trace_id: string;
  readonly requests: readonly RequestRow[];
  readonly spans: readonly Span[];
}

/** The API may send 64-bit integers as strings; arithmetic here wants numbers. */
const NUMERIC = /(_ns|_bytes|_scores|_inflight|_status)$|^(status|worker)$/;

/** The list leaves out what only one request's page shows. */
const ABSENT = { candidates: [], attempt_upstream: [], attempt_span_id: [] } as const;

/** A row with every numeric column as numbers. */
export function readRequestRow(row: RequestRow): RequestRow {
  const out: Record<string, unknown> = { ...ABSENT, ...row };
  for (const [name, value] of Object.entries(row)) {
    if (!NUMERIC.test(name)) continue;
    out[name] = Array.isArray(value) ? value.map(Number) : Number(value);
  }
  return out as RequestRow;
}
