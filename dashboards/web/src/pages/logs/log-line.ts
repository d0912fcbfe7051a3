// What the admin API answers about log lines (src/admin/api/logs), as types.
import type { IsoTime } from "../../api.ts";

export const SEVERITIES = ["fatal", "error", "warn", "info", "debug", "trace", "none"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface LogLine {
  /** source service: of the line; access: TRACE.SPAN. */
  readonly id: string;
  readonly time: IsoTime;
  readonly source: "access" | "service";
  readonly service: string;
  readonly route: string;
  readonly severity: Severity;
  /** Its first 2,000 characters. */
  readonly text: string;
  readonly text_bytes: number;
  readonly trace_id: string;
  readonly span_id: string;
}

export interface LinesPage {
  readonly lines: readonly LogLine[];
  readonly next: string | null;
}

export interface WholeLine extends Pick<
  LogLine,
  "id" | "time" | "service" | "severity" | "text" | "trace_id" | "span_id"
> {
  readonly severity_text: string;
  readonly event: string;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly scope_attributes: Readonly<Record<string, string>>;
}

interface FacetValue {
  readonly value: string;
  readonly lines: number;
}

export interface LogSummary {
  readonly since: IsoTime;
  readonly until: IsoTime;
  readonly lines: number;
  readonly step_ms: number;
  /** Those that have lines. */
  readonly bars: readonly {
    readonly time: IsoTime;
    readonly by_severity: Readonly<Partial<Record<Severity, number>>>;
  }[];
  readonly facets: Readonly<
    Record<"source" | "severity" | "service" | "route", readonly FacetValue[]>
  >;
}

export function readLines(json: unknown): LinesPage {
  return json as LinesPage;
}

export function readWholeLine(json: unknown): WholeLine {
  return json as WholeLine;
}

export function readSummary(json: unknown): LogSummary {
  return json as LogSummary;
}

/** Of a severity: what has to be looked at stands out, the rest is quiet. */
export function severityTone(severity: Severity): "error" | "slow" | "plain" | "faint" {
  if (severity === "fatal" || severity === "error") return "error";
  if (severity === "warn") return "slow";
  return severity === "info" ? "plain" : "faint";
}

export interface LogPattern {
  readonly pattern: string;
  readonly source: LogLine["source"];
  readonly service: string;
  /** The worst of them. */
  readonly severity: Severity;
  readonly lines: number;
  readonly share: number;
  readonly first_at: IsoTime;
  readonly last_at: IsoTime;
  readonly is_new: boolean;
  readonly is_rare: boolean;
  readonly example: string;
  readonly slots: readonly number[];
}

export interface LogPatterns {
  readonly lines: number;
  /** Of the window of the same length before. */
  readonly lines_before: number;
  /** One of so many lines was looked at. */
  readonly sample: number;
  readonly patterns: readonly LogPattern[];
  readonly others: { readonly patterns: number; readonly lines: number };
}

export function readPatterns(json: unknown): LogPatterns {
  return json as LogPatterns;
}
