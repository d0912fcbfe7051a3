// One row of table `requests` as the admin API sends it, and what a trace is made of.
import type { RequestRow as Row } from "../../../src/telemetry/columns.ts";
import type { IsoTime } from "./api.ts";
import type { Severity } from "./pages/logs/log-line.ts";

/** All columns of a request's page; a list leaves some out, which `readRequestRow` fills in. */
export type RequestRow = Row & { readonly [column: string]: unknown };

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
  readonly status_message: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A line that a service logged within a trace. */
export interface TraceLine {
  readonly id: string;
  readonly time: IsoTime;
  readonly service: string;
  readonly severity: Severity;
  readonly text: string;
  readonly span_id: string;
}

export interface Trace {
  readonly trace_id: string;
  readonly requests: readonly RequestRow[];
  readonly spans: readonly Span[];
  readonly logs: readonly TraceLine[];
  /** There are more spans. */
  readonly truncated: boolean;
}

/** The list leaves out what only one request's page shows. */
const ABSENT: Partial<Row> = { candidates: [], attempt_upstream: [], attempt_span_id: [] };

export function readRequestRow(row: RequestRow): RequestRow {
  return { ...ABSENT, ...row };
}
