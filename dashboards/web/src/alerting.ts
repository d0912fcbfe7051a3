// What the API says of alerts, SLOs and silences: the contract between src/admin/api and this UI.
import type { IsoTime } from "./api.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Alert {
  readonly id: string;
  /** Name of its rule. */
  readonly alert: string;
  readonly state: "pending" | "firing" | "resolved";
  readonly severity: "page" | "ticket" | "info";
  readonly labels: Labels;
  readonly annotations: Labels;
  /** A URL; empty: none. */
  readonly runbook: string;
  readonly value: number | null;
  readonly since: IsoTime;
  readonly fired_at: IsoTime | null;
  readonly resolved_at: IsoTime | null;
  readonly silenced_by: readonly string[];
  readonly unknown_since: IsoTime | null;
}

export interface AlertRule {
  readonly name: string;
  readonly question: string;
  readonly severity: Alert["severity"];
  /** "panel NAME", "sql", "slo ROUTE", "anomaly MEASURE" or "status TOPIC". */
  readonly asks: string;
  readonly window: string;
  readonly when: readonly string[];
  readonly for: string;
  readonly every: string;
  readonly looked_at: IsoTime | null;
  readonly unknown_since: IsoTime | null;
  readonly unknown_why: string;
}

export interface AlertNotifier {
  readonly name: string;
  readonly sent: number;
  readonly failed: number;
  readonly last_error: string;
}

/** What was changed inside weir, and is not over. */
export interface ChangeInForce {
  readonly action: "hold_endpoint" | "lower_weight" | "roll_back_policy";
  /** In words. */
  readonly what: string;
  readonly since: IsoTime;
  /** null: until somebody ends it. */
  readonly until: IsoTime | null;
  readonly created_by: string;
  readonly comment: string;
}

export interface Alerts {
  readonly firing: number;
  readonly alerts: readonly Alert[];
  readonly rules: readonly AlertRule[];
  readonly notifiers: readonly AlertNotifier[];
  readonly in_force: readonly ChangeInForce[];
  readonly faults: readonly string[];
}

export interface Burn {
  readonly window: string;
  readonly rate: number;
  readonly limit: number;
  readonly requests: number;
  readonly bad: number;
}

export interface Slo {
  readonly route: string;
  readonly objective: number;
  readonly latency_ms: number | null;
  readonly window: string;
  readonly requests: number;
  readonly bad: number;
  readonly budget_left: number;
  readonly burn: readonly Burn[];
  readonly firing: readonly string[];
}

export interface Silence {
  readonly id: string;
  readonly matchers: Labels;
  readonly starts_at: IsoTime;
  readonly ends_at: IsoTime;
  readonly comment: string;
  readonly created_by: string;
}

export function readAlerts(json: unknown): Alerts {
  return json as Alerts;
}

export function readSlos(json: unknown): readonly Slo[] {
  return (json as { slos: readonly Slo[] }).slos;
}

export function readSilences(json: unknown): readonly Silence[] {
  return (json as { silences: readonly Silence[] }).silences;
}
