// Metrics of alerts: what fires, whether anybody hears of it, and what can't be looked at.
import type { WatchedRule } from "../../alerts/alerts.ts";
import type { Alert } from "../../alerts/rule-state.ts";
import { SEVERITIES } from "../../alerts/rule.ts";
import type { AdminParts } from "../parts.ts";
import type { Metric } from "./exposition.ts";

export function alertMetrics({ alerting }: Pick<AdminParts, "alerting">): Metric[] {
  const watched = alerting.rules();
  const unknown = watched.filter(({ state }) => state.unknownSinceMs !== null);
  return [
    countMetric(watched, "firing", "Alerts that fire, silenced ones among them."),
    countMetric(watched, "pending", "Alerts whose condition does not hold for long enough yet."),
    {
      name: "weir_alert_rules",
      help: "Rules by whether weir can look at them.",
      type: "gauge",
      samples: [
        [{ state: "known" }, watched.length - unknown.length],
        [{ state: "unknown" }, unknown.length],
        [{ state: "faulty" }, alerting.loaded().faults.length],
      ],
    },
    {
      name: "weir_alert_messages_total",
      help: "Messages to those who are told of alerts; failed ones are tried again.",
      type: "counter",
      samples: alerting
        .notifiers()
        .flatMap(({ name: notifier, sent, failed }) => [
          [{ notifier, outcome: "sent" }, sent] as const,
          [{ notifier, outcome: "failed" }, failed] as const,
        ]),
    },
  ];
}

function countMetric(watched: readonly WatchedRule[], state: Alert["state"], help: string): Metric {
  const alerts = watched
    .flatMap((each) => each.state.alerts)
    .filter((each) => each.state === state);
  const countOf = (severity: string): number =>
    alerts.filter(({ labels }) => labels["severity"] === severity).length;
  return {
    name: `weir_alerts_${state}`,
    help,
    type: "gauge",
    samples: SEVERITIES.map((severity) => [{ severity }, countOf(severity)]),
  };
}
