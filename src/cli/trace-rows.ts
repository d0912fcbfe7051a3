// What the admin API says of a trace, as types: weir's request rows and the services' spans.

import type { RequestRow } from "../telemetry/columns.ts";

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

/** A line that a service logged in a span of the trace, or in the trace alone. */
export interface TraceLine {
  readonly time: string;
  readonly service: string;
  readonly severity: string;
  readonly text: string;
  readonly span_id: string;
}

export interface Trace {
  readonly trace_id: string;
  readonly requests: readonly RequestRow[];
  readonly spans: readonly ServiceSpan[];
  readonly logs: readonly TraceLine[];
}

/** "http://127.0.0.1:4001" as "127.0.0.1:4001". */
export function hostOf(upstream: string): string {
  return upstream.replace(/^https?:\/\//, "");
}
