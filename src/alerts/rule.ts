// What an alert rule asks, when its answer is worth an alert, and what is said of it then.
import type { AnomalyQuestion } from "./anomaly.ts";
import type { Condition } from "./condition.ts";

export const SEVERITIES = ["page", "ticket", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Row = Readonly<Record<string, unknown>>;
export type Labels = Readonly<Record<string, string>>;

/** Where a rule's rows come from; each is asked about a window that ends now, or in the past. */
export type Source =
  | {
      readonly kind: "panel";
      readonly panel: string;
      readonly parameters: Readonly<Record<string, string>>;
    }
  /** With {{since}} and {{until}} in it. */
  | { readonly kind: "sql"; readonly sql: string }
  /** How fast an error budget burns, in a long window and in a short one. */
  | { readonly kind: "slo"; readonly slo: Slo; readonly longMs: number; readonly shortMs: number }
  /** How far the last hour is from what is usual at this hour of the week. */
  | ({ readonly kind: "anomaly" } & AnomalyQuestion)
  /** What weir knows of itself, whether the store answers or not. */
  | { readonly kind: "status"; readonly of: StatusTopic };

/** What a route promises. */
export interface Slo {
  readonly route: string;
  /** Percent of requests that are good. */
  readonly objective: number;
  /** A slower request is bad, too; null: however slow. */
  readonly latencyMs: number | null;
  /** Over which the promise holds. */
  readonly windowMs: number;
}

export const STATUS_TOPICS = ["certificates", "spool", "store", "reload"] as const;
export type StatusTopic = (typeof STATUS_TOPICS)[number];

export interface Rule {
  readonly name: string;
  readonly question: string;
  readonly source: Source;
  readonly windowMs: number;
  /** All must hold of a row. */
  readonly when: readonly Condition[];
  /** Columns that tell one alert from another; none: all rows are one alert. */
  readonly by: readonly string[];
  readonly forMs: number;
  readonly everyMs: number;
  readonly severity: Severity;
  readonly labels: Labels;
  /** With {{COLUMN}} in them. */
  readonly annotations: Labels;
  readonly runbook: string;
  /** Names of those who are told; null: all. */
  readonly notify: readonly string[] | null;
}

/** "panel routes", "sql", "slo orders", "anomaly requests" or "status spool". */
export function sourceText(source: Source): string {
  if (source.kind === "panel") return `panel ${source.panel}`;
  if (source.kind === "slo") return `slo ${source.slo.route}`;
  return source.kind === "sql" ? "sql" : `${source.kind} ${source.of}`;
}
