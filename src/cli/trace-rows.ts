// What the admin API says of a trace, as types: weir's request rows and the services' spans.

/** Columns of src/telemetry/columns.ts that the trace view reads; *_ns are nanoseconds. */
export interface TraceRow {
  /** ISO-8601 with nanoseconds. */
  readonly started_at: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly service: string;
  readonly principal: string;
  readonly principal_kind: string;
  readonly roles: readonly string[];
  readonly auth_outcome: string;
  readonly client_address: string;
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
  readonly status: number;
  readonly completed: boolean | number;
  readonly error_code: string;
  readonly error_source: string;
}

/** A span that a service sent by OTLP. */
export interface ServiceSpan {
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly name: string;
  readonly service: string;
  readonly started_at: string;
  readonly duration_ns: number;
  /** StatusCode in any of OpenTelemetry's spellings. */
  readonly status: string;
}

export interface Trace {
  readonly trace_id: string;
  readonly requests: readonly TraceRow[];
  readonly spans: readonly ServiceSpan[];
}

/** "http://127.0.0.1:4001" as "127.0.0.1:4001". */
export function hostOf(upstream: string): string {
  return upstream.replace(/^https?:\/\//, "");
}
