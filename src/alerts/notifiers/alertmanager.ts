// Alerts for a Prometheus Alertmanager, which groups, silences and passes them on: POST /api/v2/alerts.
import type { Alert } from "../rule-state.ts";
import { type Notifier, postJson } from "./notifier.ts";

/** It lets go what is not told again in time; twice told in it, so that one lost message ends nothing. */
const HOLDS_MS = 180_000;

/** As it groups by itself, it is told at once, again each minute, and of all in one message. */
export const ALERTMANAGER_GROUP = { by: [], waitMs: 0, repeatMs: 60_000 } as const;

/** `url` without /api/v2/alerts. */
export function createAlertmanager({ url }: { readonly url: string }): Notifier {
  const target = `${url.replace(/\/$/, "")}/api/v2/alerts`;
  return {
    send: ({ firing, resolved, instance, nowMs }, signal) => {
      const alerts = [
        ...firing.map((alert) => alertOf(alert, instance, nowMs + HOLDS_MS)),
        ...resolved.map((alert) => alertOf(alert, instance, alert.resolvedAtMs ?? nowMs)),
      ];
      return postJson(target, JSON.stringify(alerts), { signal });
    },
  };
}

function alertOf(alert: Alert, instance: string, endsAtMs: number): object {
  const { alert: alertname = alert.rule, ...labels } = alert.labels;
  const runbook = alert.runbook === "" ? {} : { runbook_url: alert.runbook };
  return {
    labels: { ...labels, alertname },
    annotations: { ...alert.annotations, ...runbook, weir_instance: instance },
    startsAt: new Date(alert.firedAtMs ?? alert.sinceMs).toISOString(),
    endsAt: new Date(endsAtMs).toISOString(),
  };
}
