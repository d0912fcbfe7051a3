// Where an alert's cause can be looked at: the requests its labels stand for, an SLO, or weir itself.
import type { Alert, AlertRule } from "../../alerting.ts";
import { FILTERS } from "../../state/filters.ts";
import { changed, hrefOf } from "../../state/place.ts";
import { iso } from "../../state/range.ts";
import { timeMs } from "../../words/time.ts";
import { durationMs } from "../../../../../src/alerts/duration.ts";

export interface AlertDoor {
  readonly words: string;
  readonly href: string;
}

export function alertDoor(alert: Alert, rule: AlertRule | undefined): AlertDoor {
  const [kind = "", of = ""] = (rule?.asks ?? "").split(" ");
  if (kind === "status") {
    const params = new URLSearchParams({ board: "weir", since: "24h" });
    return { words: "Board weir", href: hrefOf("boards", params) };
  }
  const route = kind === "slo" ? { route: of } : {};
  const filters = changed(windowOf(alert, rule), { ...labelFilters(alert), ...route });
  return { words: "Requests", href: hrefOf("requests", filters) };
}

/** Labels that are named as the request list's filters are. */
function labelFilters({ labels }: Alert): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => FILTERS.some((filter) => filter === name)),
  );
}

/** From what its first look saw until it was over, or now. */
function windowOf(alert: Alert, rule: AlertRule | undefined): URLSearchParams {
  const fromMs = timeMs(alert.since) - (durationMs(rule?.window ?? "") ?? 0);
  const until = alert.resolved_at === null ? {} : { until: alert.resolved_at };
  return new URLSearchParams({ since: iso(fromMs), ...until });
}
