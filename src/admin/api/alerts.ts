// GET /api/v1/alerts: what is watched, what fires, since when nobody can say, and who was told.
import { z } from "zod";
import type { WatchedRule } from "../../alerts/alerts.ts";
import { conditionText } from "../../alerts/condition.ts";
import { durationText } from "../../alerts/duration.ts";
import { ALERT_ACTIONS } from "../../alerts/notifier-options.ts";
import type { Alert } from "../../alerts/rule-state.ts";
import { SEVERITIES, sourceText } from "../../alerts/rule.ts";
import type { Hold } from "../../balancer/hold.ts";
import { formatFault } from "../../config/fault.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, iso, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const texts = z.record(z.string(), z.string());

const alertSchema = z.strictObject({
  id: z.string().meta({ description: "Of its labels: the same after a restart" }),
  alert: z.string().meta({ description: "The rule's name" }),
  state: z.enum(["pending", "firing", "resolved"]),
  severity: z.enum(SEVERITIES),
  labels: texts,
  annotations: texts,
  runbook: z.string(),
  value: z.number().nullable().meta({ description: "Of the condition's first column" }),
  since: time.meta({ description: "Since when its condition holds" }),
  fired_at: time.nullable(),
  resolved_at: time.nullable(),
  silenced_by: z.array(z.string()).meta({ description: "IDs of silences" }),
  unknown_since: time.nullable().meta({ description: "Since when nobody can say" }),
});

const ruleSchema = z.strictObject({
  name: z.string(),
  question: z.string(),
  severity: z.enum(SEVERITIES),
  asks: z.string().meta({ description: "panel NAME, sql, slo ROUTE or status TOPIC" }),
  window: z.string(),
  when: z.array(z.string()).meta({ description: "All must hold of a row" }),
  for: z.string(),
  every: z.string(),
  looked_at: time.nullable(),
  unknown_since: time.nullable().meta({ description: "Since when nobody can say" }),
  unknown_why: z.string(),
});

const changeSchema = z.strictObject({
  action: z.enum(ALERT_ACTIONS),
  what: z.string().meta({ description: "In words" }),
  since: time,
  until: time.nullable().meta({ description: "null: until somebody ends it" }),
  created_by: z.string().meta({ description: "alert NAME, or who did it by hand" }),
  comment: z.string(),
});

const answerSchema = z.strictObject({
  firing: count.meta({ description: "Alerts that fire, silenced ones among them" }),
  alerts: z.array(alertSchema).meta({ description: "Firing, then pending, then those just over" }),
  rules: z.array(ruleSchema),
  notifiers: z.array(
    z.strictObject({
      name: z.string(),
      sent: count.meta({ description: "Messages of this run" }),
      failed: count,
      last_error: z.string(),
    }),
  ),
  in_force: z.array(changeSchema).meta({
    description: "What alerts, or somebody by hand, changed inside weir and is not over",
  }),
  faults: z
    .array(z.string())
    .meta({ description: "FILE:LINE: KEY PATH: what is wrong; all else holds" }),
});

type Shown = z.output<typeof answerSchema>;

export function alertsEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/alerts",
    summary: "Alerts, the rules behind them and who is told",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("Alerts and rules", answerSchema),
    problems: [],
    handle: () => ({
      kind: "json",
      body: { ...shownOf(parts.alerting), in_force: changesIn(parts) },
    }),
  });
}

const ORDER = ["firing", "pending", "resolved"];

function changesIn({ running, holds }: AdminParts): Shown["in_force"] {
  const { rollback } = running();
  const back = rollback === null ? [] : [shownRollback(rollback)];
  return [...back, ...holds.list().map(shownHold)];
}

type Change = Shown["in_force"][number];

function shownRollback(
  rollback: NonNullable<ReturnType<AdminParts["running"]>["rollback"]>,
): Change {
  const { from, to, atMs, createdBy, comment } = rollback;
  const what = `policy ${to} decides, not ${from} of the files; weir reload puts theirs into force`;
  const since = iso(atMs);
  return { action: "roll_back_policy", what, since, until: null, created_by: createdBy, comment };
}

function shownHold({ service, endpoint, share, comment, ...hold }: Hold): Change {
  const isOut = share === 0;
  return {
    action: isOut ? "hold_endpoint" : "lower_weight",
    what: `${endpoint} of ${service} ${isOut ? "is out" : `has ${Math.round(share * 100)} % of its weight`}`,
    since: iso(hold.startsAtMs),
    until: iso(hold.endsAtMs),
    created_by: hold.createdBy,
    comment,
  };
}

function shownOf(alerting: AdminParts["alerting"]): Omit<Shown, "in_force"> {
  const watched = alerting.rules();
  const alerts = watched.flatMap((each) =>
    each.state.alerts.map((alert) => shownAlert(each, alert, alerting.silencedBy(alert))),
  );
  return {
    firing: alerts.filter(({ state }) => state === "firing").length,
    alerts: alerts.sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state)),
    rules: watched.map(shownRule),
    notifiers: alerting.notifiers().map(({ name, sent, failed, lastError }) => {
      return { name, sent, failed, last_error: lastError };
    }),
    faults: alerting.loaded().faults.map(formatFault),
  };
}

function shownAlert(
  { rule, state: { unknownSinceMs } }: WatchedRule,
  alert: Alert,
  silencedBy: readonly string[],
): Shown["alerts"][number] {
  const { id, state, labels, annotations, runbook, value } = alert;
  return {
    id,
    alert: rule.name,
    state,
    severity: rule.severity,
    labels,
    annotations,
    runbook,
    value,
    since: iso(alert.sinceMs),
    fired_at: timeOf(alert.firedAtMs),
    resolved_at: timeOf(alert.resolvedAtMs),
    silenced_by: [...silencedBy],
    unknown_since: timeOf(unknownSinceMs),
  };
}

function shownRule({ rule, state }: WatchedRule): Shown["rules"][number] {
  const { name, question, severity, source } = rule;
  return {
    name,
    question,
    severity,
    asks: sourceText(source),
    window: durationText(rule.windowMs),
    when: rule.when.map(conditionText),
    for: durationText(rule.forMs),
    every: durationText(rule.everyMs),
    looked_at: timeOf(state.lookedAtMs),
    unknown_since: timeOf(state.unknownSinceMs),
    unknown_why: state.unknownWhy,
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
