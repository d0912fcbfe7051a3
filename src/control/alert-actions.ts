// What alerts have done inside weir: bounded, over by itself or by the owner, and with an audit row that names the rule.
import { durationMs } from "../alerts/duration.ts";
import type { NotifierOptions } from "../alerts/notifier-options.ts";
import type { Act } from "../alerts/notifiers/create-notifier.ts";
import type { Alert } from "../alerts/rule-state.ts";
import { type Hold, type HoldAnswer, isOut, isSameEndpoint } from "../balancer/hold.ts";
import type { Log } from "../core/log.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { ActionBudget } from "./action-budget.ts";
import type { Holds } from "./holds.ts";
import type { PolicyHistories } from "./policy/policy-history.ts";

export interface AlertActionsParts {
  readonly holds: Pick<Holds, "add" | "list">;
  readonly policies: Pick<PolicyHistories, "goBack">;
  readonly isRolledBack: () => boolean;
  readonly budget: ActionBudget;
  readonly audit: Pick<AuditLog, "writeOwn">;
  readonly nowMs: () => number;
  readonly log: Log;
}

const USUAL_FOR_MS = 600_000;
const USUAL_MOST_PER_HOUR = 4;
const USUAL_SHARE = 0.1;
const USUAL_WITHIN_MS = 3_600_000;
/** Of a service's endpoints: a rule that finds fault with all of them is about something else. */
const LEAST_LEFT = 0.5;
const MOST_COMMENT = 256;

export function createAlertActions(parts: AlertActionsParts): Act {
  return (options, firing) => {
    if (options.action === "roll_back_policy") return rollBack(parts, options, firing);
    return firing.forEach((alert) => holdFor(parts, options, alert));
  };
}

function holdFor(parts: AlertActionsParts, options: NotifierOptions, alert: Alert): void {
  const hold = holdOf(options, alert, parts.nowMs());
  if (isHeld(parts, hold)) return;
  const { name, most_per_hour: most = USUAL_MOST_PER_HOUR } = options;
  parts.budget.demand(name, most, hold.startsAtMs);
  take(parts, hold);
  tell(parts, { notifier: name, alert, hold });
  parts.budget.count(name, hold.startsAtMs);
}

/** One policy is rolled back once, by whichever of the alerts began first. */
async function rollBack(
  parts: AlertActionsParts,
  { name, within = "", most_per_hour: most = USUAL_MOST_PER_HOUR }: NotifierOptions,
  firing: readonly Alert[],
): Promise<void> {
  const [alert] = firing.toSorted((one, other) => one.sinceMs - other.sinceMs);
  if (alert === undefined || parts.isRolledBack()) return;
  const nowMs = parts.nowMs();
  parts.budget.demand(name, most, nowMs);
  const { from, to, comment } = await parts.policies.goBack({
    createdBy: `alert ${alert.rule}`,
    comment: commentOf(alert),
    sinceMs: alert.sinceMs - (durationMs(within) ?? USUAL_WITHIN_MS),
    untilMs: alert.sinceMs,
  });
  parts.log.warn("alert_action", { action: "roll_back_policy", rule: alert.rule, from, to });
  const said = { "audit.from": from, "audit.to": to, "audit.comment": comment };
  const details = Object.entries({ ...said, ...namedBy(alert, name) }).flat();
  parts.audit.writeOwn({ action: "roll_back_policy", errorCode: "", details });
  parts.budget.count(name, nowMs);
}

/** What an audit row says of whose doing it was. */
function namedBy({ rule, id }: Alert, notifier: string) {
  return { "audit.alert": rule, "audit.alert_id": id, "audit.notifier": notifier };
}

function holdOf(
  { action, for: length = "", share = USUAL_SHARE }: NotifierOptions,
  alert: Alert,
  nowMs: number,
): Hold {
  const { service = "", upstream: endpoint = "" } = alert.labels;
  if (service === "" || endpoint === "") {
    throw new Error(`${alert.rule} names no endpoint; it needs by: [ service, upstream ]`);
  }
  return {
    service,
    endpoint,
    share: action === "lower_weight" ? share : 0,
    startsAtMs: nowMs,
    endsAtMs: nowMs + (durationMs(length) ?? USUAL_FOR_MS),
    comment: commentOf(alert),
    createdBy: `alert ${alert.rule}`,
  };
}

function commentOf({ rule, annotations }: Alert): string {
  const summary = `${rule}: ${annotations["summary"] ?? ""}`.replaceAll(/\p{Cc}/gu, " ");
  return summary.slice(0, MOST_COMMENT);
}

/** By whomever; who is out need not get less, too. */
function isHeld({ holds }: AlertActionsParts, wanted: Hold): boolean {
  return holds.list().some((each) => isSameEndpoint(each, wanted) && each.share <= wanted.share);
}

function take({ holds }: AlertActionsParts, hold: Hold): void {
  const answer = holds.add(hold, LEAST_LEFT);
  if (answer !== "held") throw new Error(REFUSED[answer](hold));
}

const REFUSED: Readonly<Record<Exclude<HoldAnswer, "held">, (hold: Hold) => string>> = {
  unknown: ({ service, endpoint }) => `${service} has no endpoint ${endpoint}`,
  last: ({ service, endpoint }) => {
    return `${endpoint} stays in: less than half of ${service} would be left`;
  },
  unweighed: ({ service }) => `${service} is balanced by round-robin, which knows no weights`,
};

interface Done {
  readonly notifier: string;
  readonly alert: Alert;
  readonly hold: Hold;
}

function tell({ audit, log }: AlertActionsParts, { notifier, alert, hold }: Done): void {
  const { service, endpoint, share, comment, startsAtMs, endsAtMs } = hold;
  const action = isOut(hold) ? "hold_endpoint" : "lower_weight";
  log.warn("alert_action", { action, rule: alert.rule, service, endpoint });
  const details = Object.entries({
    "audit.service": service,
    "audit.endpoint": endpoint,
    "audit.share": String(share),
    "audit.for_s": String((endsAtMs - startsAtMs) / 1000),
    "audit.comment": comment,
    ...namedBy(alert, notifier),
  }).flat();
  audit.writeOwn({ action, errorCode: "", details });
}
