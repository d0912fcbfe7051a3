// What alerts have done inside weir: bounded, over by itself, and with an audit row that names the rule.
import { durationMs } from "../alerts/duration.ts";
import type { NotifierOptions } from "../alerts/notifier-options.ts";
import type { Act } from "../alerts/notifiers/create-notifier.ts";
import type { Alert } from "../alerts/rule-state.ts";
import type { Hold } from "../balancer/hold.ts";
import type { Log } from "../core/log.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { Holds } from "./holds.ts";

export interface AlertActionsParts {
  readonly holds: Pick<Holds, "add" | "list">;
  readonly audit: Pick<AuditLog, "writeOwn">;
  readonly nowMs: () => number;
  readonly log: Log;
}

const HOUR_MS = 3_600_000;
const USUAL_FOR_MS = 600_000;
const USUAL_MOST_PER_HOUR = 4;
/** Of a service's endpoints: a rule that finds fault with all of them is about something else. */
const LEAST_LEFT = 0.5;
const MOST_COMMENT = 256;

export function createAlertActions(parts: AlertActionsParts): Act {
  /** When each of those who act did so. */
  const acted = new Map<string, readonly number[]>();
  return (options, firing) => {
    for (const alert of firing) {
      const hold = holdOf(options, alert, parts.nowMs());
      if (isHeld(parts, hold)) continue;
      const recent = (acted.get(options.name) ?? []).filter((ms) => hold.startsAtMs - ms < HOUR_MS);
      const { most_per_hour: most = USUAL_MOST_PER_HOUR } = options;
      if (recent.length >= most) throw new Error(`it acted ${most} times within an hour already`);
      take(parts, hold);
      acted.set(options.name, [...recent, hold.startsAtMs]);
      tell(parts, { notifier: options.name, alert, hold });
    }
  };
}

function holdOf({ for: length = "" }: NotifierOptions, alert: Alert, nowMs: number): Hold {
  const { service = "", upstream: endpoint = "" } = alert.labels;
  if (service === "" || endpoint === "") {
    throw new Error(`${alert.rule} names no endpoint; it needs by: [ service, upstream ]`);
  }
  const comment = `${alert.rule}: ${alert.annotations["summary"] ?? ""}`.replaceAll(
    /\p{Cc}/gu,
    " ",
  );
  return {
    service,
    endpoint,
    startsAtMs: nowMs,
    endsAtMs: nowMs + (durationMs(length) ?? USUAL_FOR_MS),
    comment: comment.slice(0, MOST_COMMENT),
    createdBy: `alert ${alert.rule}`,
  };
}

/** By whomever. */
function isHeld({ holds }: AlertActionsParts, { service, endpoint }: Hold): boolean {
  return holds.list().some((each) => each.service === service && each.endpoint === endpoint);
}

function take({ holds }: AlertActionsParts, hold: Hold): void {
  const answer = holds.add(hold, LEAST_LEFT);
  if (answer === "held") return;
  const { service, endpoint } = hold;
  if (answer === "unknown") throw new Error(`${service} has no endpoint ${endpoint}`);
  throw new Error(`${endpoint} stays in: less than half of ${service} would be left`);
}

interface Done {
  readonly notifier: string;
  readonly alert: Alert;
  readonly hold: Hold;
}

function tell({ audit, log }: AlertActionsParts, { notifier, alert, hold }: Done): void {
  const { service, endpoint, comment, startsAtMs, endsAtMs } = hold;
  log.warn("alert_action", { action: "hold_endpoint", rule: alert.rule, service, endpoint });
  const details = Object.entries({
    "audit.service": service,
    "audit.endpoint": endpoint,
    "audit.for_s": String((endsAtMs - startsAtMs) / 1000),
    "audit.comment": comment,
    "audit.alert": alert.rule,
    "audit.alert_id": alert.id,
    "audit.notifier": notifier,
  }).flat();
  audit.writeOwn({ action: "hold_endpoint", errorCode: "", details });
}
