// POST /api/v1/alerts/look: what a rule would have found at some moments of the past, before anybody is told by it.
import { z } from "zod";
import { observe } from "../../alerts/observe.ts";
import { checkFile } from "../../alerts/read-file.ts";
import { rulesOf } from "../../alerts/load-alerts.ts";
import type { Rule } from "../../alerts/rule.ts";
import { formatKeyPath } from "../../config/fault.ts";
import { listOf, mappingOf, textOf } from "../../config/raw.ts";
import type { StoreError } from "../../store/store-error.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { iso, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";
import type { Questions } from "../questions.ts";

const MOST_LOOKS = 500;
/** Then it answers what it has, so that whoever asks can say how far it is. */
const PATIENCE_MS = 2_000;

const wishes = z.strictObject({
  rules: z.array(z.unknown()).default([]).meta({ description: "As in a file of alerts" }),
  slos: z.array(z.unknown()).default([]).meta({ description: "As in a file of alerts" }),
  rule: z.string().meta({
    description: "The one that looks: of those above, or of those in force where none are given",
  }),
  from: z.iso.datetime({ offset: true, message: "must be an ISO-8601 time with its zone" }),
  step_s: z.int().min(1).max(86_400),
  looks: z.int().min(1).max(MOST_LOOKS),
});

const answerSchema = z.strictObject({
  looks: z
    .array(
      z.strictObject({
        at: time,
        found: z.array(
          z.strictObject({
            id: z.string().meta({ description: "Of its labels" }),
            labels: z.record(z.string(), z.string()),
            annotations: z.record(z.string(), z.string()),
            value: z.number().nullable(),
          }),
        ),
      }),
    )
    .meta({ description: "The first ones asked for; fewer than that where they take long" }),
});

export function alertLooksEndpoint(parts: AdminParts, { ask }: Questions): Endpoint {
  const { alerting } = parts;
  return defineEndpoint({
    method: "post",
    path: "/api/v1/alerts/look",
    summary: "What a rule would have found in the past",
    parameters: NONE,
    query: NONE,
    body: wishes,
    answer: json("What each look finds", answerSchema),
    problems: ["bad_body", "sql_error", "store_unavailable", "busy", "query_timeout"],
    handle: async ({ body }) => {
      const rule = ruleOf(body, parts);
      const startedMs = performance.now();
      const looks: z.input<typeof answerSchema>["looks"] = [];
      for (let at = 0; at < body.looks; at++) {
        const atMs = Date.parse(body.from) + at * body.step_s * 1000;
        const answer = await ask(() => alerting.ask(rule, atMs), refused);
        const found = observe(rule, answer).map(({ labels, annotations, ...rest }) => {
          return { ...rest, labels: { ...labels }, annotations: { ...annotations } };
        });
        looks.push({ at: iso(atMs), found });
        if (performance.now() - startedMs > PATIENCE_MS) break;
      }
      return { kind: "json", body: { looks } };
    },
  });
}

function refused({ message, code }: StoreError): Problem {
  return new Problem("sql_error", message, { members: { store_code: code } });
}

/** Throws Problem where it is faulty, or asks what nobody can say of the past. */
function ruleOf(wish: z.output<typeof wishes>, parts: AdminParts): Rule {
  const isInForce = wish.rules.length + wish.slos.length === 0;
  const rule = isInForce ? inForce(wish.rule, parts) : written(wish, parts);
  if (rule.source.kind !== "status") return rule;
  const why = `${rule.name} asks what weir knows of itself, which is not recorded`;
  throw new Problem("bad_body", why);
}

function inForce(name: string, { alerting }: AdminParts): Rule {
  const { rules } = alerting.loaded();
  const rule = rules.find((each) => each.name === name);
  if (rule !== undefined) return rule;
  throw new Problem("bad_body", `rule: names none of ${rules.map((each) => each.name).join(", ")}`);
}

/** Whom it would tell does not matter here. */
function written(
  { rules, slos, rule: name }: z.output<typeof wishes>,
  { dashboards, running }: AdminParts,
): Rule {
  const notifiers = [...rules, ...slos].flatMap((each) => listOf(mappingOf(each)["notify"]));
  const known = {
    panels: dashboards().panels,
    routes: running().config.routes.map((route) => route.name),
    notifiers: notifiers.map(textOf),
  };
  const { input, findings } = checkFile({ rules, slos }, known);
  const rule = rulesOf(input).find((each) => each.name === name);
  if (rule !== undefined) return rule;
  const [first] = findings.map(({ path, message }) => `${formatKeyPath(path)}: ${message}`);
  const names = rulesOf(input).map((each) => each.name);
  throw new Problem("bad_body", first ?? `rule: names none of ${names.join(", ") || "no rules"}`);
}
