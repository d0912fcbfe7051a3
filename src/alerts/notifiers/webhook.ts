// Alerts as weir's own JSON, signed where there is a secret.
import { createHmac } from "node:crypto";
import type { Alert } from "../rule-state.ts";
import { type Notification, type Notifier, postJson } from "./notifier.ts";

/** Of one message; more would be read by nobody. */
const MOST_ALERTS = 100;

/** `x-weir-signature` is "v1=" and the hexadecimal HMAC-SHA-256 of `x-weir-timestamp`, a dot and the body. */
export function createWebhook({ url, secret }: { url: string; secret: string }): Notifier {
  return {
    send: (notification, signal) => {
      const body = JSON.stringify(webhookBody(notification));
      const timestamp = String(Math.floor(notification.nowMs / 1000));
      const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
      const signed = { "x-weir-timestamp": timestamp, "x-weir-signature": `v1=${signature}` };
      return postJson(url, body, { signal, ...(secret === "" ? {} : { headers: signed }) });
    },
  };
}

function webhookBody({ id, instance, labels, firing, resolved, nowMs }: Notification): object {
  const all = [...firing.map(alertJson), ...resolved.map((each) => alertJson(each))];
  return {
    version: 1,
    id,
    status: firing.length > 0 ? "firing" : "resolved",
    instance,
    group: labels,
    firing: firing.length,
    resolved: resolved.length,
    alerts: all.slice(0, MOST_ALERTS),
    sent_at: iso(nowMs),
  };
}

function alertJson(alert: Alert): Record<string, unknown> {
  const { id, rule, state, labels, annotations, runbook, value } = alert;
  return {
    id,
    alert: rule,
    state,
    severity: labels["severity"] ?? "",
    labels,
    annotations,
    runbook,
    value,
    since: iso(alert.sinceMs),
    fired_at: alert.firedAtMs === null ? null : iso(alert.firedAtMs),
    resolved_at: alert.resolvedAtMs === null ? null : iso(alert.resolvedAtMs),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
