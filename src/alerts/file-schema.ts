// The shape of a file of alerts; unknown keys are errors everywhere.
import { z } from "zod";
import { nameText, textLike } from "../config/fields.ts";
import { ANOMALY_MEASURES } from "./anomaly.ts";
import { readCondition } from "./condition.ts";
import { durationMs } from "./duration.ts";
import { ALERT_ACTIONS, NOTIFIER_KINDS } from "./notifier-options.ts";
import { SEVERITIES, STATUS_TOPICS } from "./rule.ts";

const MAX_RULES = 500;
const MAX_NOTIFIERS = 50;
const MAX_CONDITIONS = 8;
const MAX_LABELS = 16;
const DAY_MS = 86_400_000;

const duration = (leastMs: number, mostMs: number, expected: string): z.ZodString =>
  textLike(expected, (text) => {
    const ms = durationMs(text);
    return ms !== null && ms >= leastMs && ms <= mostMs;
  });

const condition = textLike("COLUMN OPERATOR NUMBER, such as error_share > 0.05", (text) => {
  return readCondition(text) !== null;
});

const line = textLike("one line of text", (text) => !/\p{Cc}/u.test(text));

/** As Prometheus and Alertmanager have them. */
const labelName = textLike("a name of letters, digits and _", (text) => {
  return /^[A-Za-z_]\w{0,63}$/.test(text) && text !== "alert" && text !== "severity";
});

const texts = z
  .record(labelName, line)
  .refine((each) => Object.keys(each).length <= MAX_LABELS, `must be at most ${MAX_LABELS}`)
  .default({});

const link = textLike("an http(s) URL", (text) => {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
});

/** YAML has numbers and words of its own for what is a text here. */
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const anomaly = z.strictObject({
  of: z.enum(ANOMALY_MEASURES),
  route: nameText().optional(),
  weeks: z.int().min(2).max(52).default(4),
  samples: z.int().min(2).max(52).default(3),
});

const rule = z.strictObject({
  name: nameText(),
  question: line.default(""),
  panel: nameText().optional(),
  parameters: z.record(nameText(), scalar).default({}),
  sql: textLike("a reading statement", (text) => text.trim() !== "").optional(),
  anomaly: anomaly.optional(),
  status: z.enum(STATUS_TOPICS).optional(),
  window: duration(10_000, 35 * DAY_MS, 'a time from 10s to 35d, such as "5m"').default("5m"),
  when: z.union([condition, z.array(condition).min(1).max(MAX_CONDITIONS)]),
  by: z.array(nameText()).max(MAX_LABELS).default([]),
  for: duration(0, 7 * DAY_MS, 'a time up to 7d, such as "2m"').default("0s"),
  every: duration(1_000, DAY_MS, 'a time from 1s to 1d, such as "30s"').default("30s"),
  severity: z.enum(SEVERITIES).default("ticket"),
  labels: texts,
  annotations: texts,
  runbook: link.optional(),
  notify: z.array(nameText()).max(MAX_NOTIFIERS).optional(),
});

const slo = z.strictObject({
  route: nameText(),
  objective: z
    .number()
    .min(50)
    .max(99.999)
    .meta({ type: "a number from 50 to 99.999, in percent" }),
  latency: duration(1, 600_000, 'a time from 1ms to 10m, such as "300ms"').optional(),
  window: duration(DAY_MS, 90 * DAY_MS, 'a time from 1d to 90d, such as "30d"').default("30d"),
  labels: texts,
  runbook: link.optional(),
  notify: z.array(nameText()).max(MAX_NOTIFIERS).optional(),
});

const address = textLike("an e-mail address", (text) => {
  return /^[^\s<>@"\\]{1,64}@[^\s<>@"\\]{1,255}$/.test(text) && !/[^!-~]/.test(text);
});

const receiver = textLike("an http(s) URL, or smtp(s)://HOST[:PORT] of a mail server", (text) => {
  return text === "" || /^(?:https?|smtps?):$/.test(URL.parse(text)?.protocol ?? "");
});

/** What goes with which kind is for `checkNotifier`. */
const notifier = z.strictObject({
  name: nameText(),
  kind: z.enum(NOTIFIER_KINDS),
  url: receiver.default(""),
  secret: z.string().default(""),
  user: line.default(""),
  password: line.default(""),
  from: z.union([address, z.literal("")]).default(""),
  to: z.array(address).max(MAX_NOTIFIERS).default([]),
  action: z.enum(ALERT_ACTIONS).optional(),
  for: duration(1_000, DAY_MS, 'a time from 1s to 1d, such as "10m"').optional(),
  most_per_hour: z.int().min(1).max(60).optional(),
  within: duration(60_000, DAY_MS, 'a time from 1m to 1d, such as "1h"').optional(),
  share: z.number().min(0.01).max(0.99).meta({ type: "a number from 0.01 to 0.99" }).optional(),
});

const group = z.strictObject({
  by: z.array(nameText()).max(MAX_LABELS).default(["alert"]),
  wait: duration(0, 3_600_000, 'a time up to 1h, such as "30s"').default("30s"),
  repeat: duration(60_000, 30 * DAY_MS, 'a time from 1m to 30d, such as "4h"').default("4h"),
});

export const fileSchema = z.strictObject({
  notify: z.array(notifier).max(MAX_NOTIFIERS).default([]),
  group: group.optional(),
  slos: z.array(slo).max(MAX_RULES).default([]),
  rules: z.array(rule).max(MAX_RULES).default([]),
});

export type FileInput = z.output<typeof fileSchema>;
export type RuleInput = FileInput["rules"][number];
export type NotifierInput = FileInput["notify"][number];
export type SloInput = FileInput["slos"][number];
