// The life of alerts: pending, firing, resolved; one step for each look at a rule, with time passed in.
import type { Observation } from "./observe.ts";
import type { Labels, Rule } from "./rule.ts";

export interface Alert {
  /** Of its observations. */
  readonly id: string;
  readonly rule: string;
  readonly state: "pending" | "firing" | "resolved";
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly runbook: string;
  readonly value: number | null;
  /** Since when its condition holds, as far as weir could see. */
  readonly sinceMs: number;
  /** null while it is pending. */
  readonly firedAtMs: number | null;
  readonly resolvedAtMs: number | null;
}

export interface RuleState {
  readonly alerts: readonly Alert[];
  /** The newest look, whatever it brought; null: none yet. */
  readonly lookedAtMs: number | null;
  /** Since when nobody can say; its alerts stay as they were. */
  readonly unknownSinceMs: number | null;
  /** Why nobody can say; empty where it is known. */
  readonly unknownWhy: string;
}

export type Look =
  | { readonly ok: true; readonly found: readonly Observation[] }
  | { readonly ok: false; readonly why: string };

export const UNSEEN: RuleState = {
  alerts: [],
  lookedAtMs: null,
  unknownSinceMs: null,
  unknownWhy: "",
};

/** What of a rule its alerts' lives hang on. */
export type Judged = Pick<Rule, "name" | "runbook" | "forMs">;

/** How long what is over is still listed. */
const RESOLVED_KEPT_MS = 15 * 60_000;

/** Never forgets a firing alert but by a look that does not find it. */
export function nextState(
  rule: Judged,
  before: RuleState,
  seen: { readonly look: Look; readonly nowMs: number },
): RuleState {
  const { look, nowMs } = seen;
  if (!look.ok) {
    const unknownSinceMs = before.unknownSinceMs ?? nowMs;
    return { ...before, lookedAtMs: nowMs, unknownSinceMs, unknownWhy: look.why };
  }
  // Nobody knows whether the condition held meanwhile, so that time does not count.
  const blindMs = before.unknownSinceMs === null ? 0 : nowMs - before.unknownSinceMs;
  const known = new Map(before.alerts.map((alert) => [alert.id, alert]));
  const found = look.found.map((each) => {
    const alert = known.get(each.id);
    return held(rule, { each, alert, blindMs, nowMs });
  });
  const ids = new Set(found.map(({ id }) => id));
  const gone = before.alerts.filter(({ id }) => !ids.has(id));
  const alerts = [...found, ...gone.flatMap((alert) => over(alert, nowMs))];
  return { alerts, lookedAtMs: nowMs, unknownSinceMs: null, unknownWhy: "" };
}

/** Of a rule that is no more. */
export function endedState(before: RuleState, nowMs: number): RuleState {
  return { ...before, alerts: before.alerts.flatMap((alert) => over(alert, nowMs)) };
}

interface Held {
  readonly each: Observation;
  /** As it was. */
  readonly alert: Alert | undefined;
  readonly blindMs: number;
  readonly nowMs: number;
}

function held(rule: Judged, { each, alert, blindMs, nowMs }: Held): Alert {
  const said = { ...each, rule: rule.name, runbook: rule.runbook };
  if (alert?.state === "firing") return { ...alert, ...said };
  const sinceMs = alert?.state === "pending" ? Math.min(nowMs, alert.sinceMs + blindMs) : nowMs;
  const fires = nowMs - sinceMs >= rule.forMs;
  return {
    ...said,
    state: fires ? "firing" : "pending",
    sinceMs,
    firedAtMs: fires ? nowMs : null,
    resolvedAtMs: null,
  };
}

/** What was only pending never happened. */
function over(alert: Alert, nowMs: number): readonly Alert[] {
  if (alert.state === "pending") return [];
  if (alert.state === "firing") return [{ ...alert, state: "resolved", resolvedAtMs: nowMs }];
  return nowMs - (alert.resolvedAtMs ?? 0) < RESOLVED_KEPT_MS ? [alert] : [];
}

/** Alerts that began to fire, and those that ended, from one state to the next. */
export function changesBetween(before: RuleState, after: RuleState): readonly Alert[] {
  const known = new Map(before.alerts.map((alert) => [alert.id, alert.state]));
  return after.alerts.filter(({ id, state }) => state !== "pending" && state !== known.get(id));
}
