// One row of table `requests` as the admin API sends it, and what a trace is made of.
import type { RequestRow as Row } from "../../../src/telemetry/columns.ts";
import type { IsoTime } from "./api.ts";

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
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Trace {
  readonly trace_id: string;
  readonly requests: readonly RequestRow[];
  readonly spans: readonly Span[];
}

/** The list leaves out what only one request's page shows. */
const ABSENT: Partial<Row> = { candidates: [], attempt_upstream: [], attempt_span_id: [] };

export function readRequestRow(row: RequestRow): RequestRow {
  return { ...ABSENT, ...row };
}
