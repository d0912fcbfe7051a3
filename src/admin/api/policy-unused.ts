// GET /api/v1/policy/unused: rules of the policy in force that decided nothing in a time.
import { z } from "zod";
import { usedRules } from "../../store/used-rules.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { count, json, NONE } from "../http/schemas.ts";
import { moment, readWindow } from "../http/window.ts";
import type { AdminParts } from "../parts.ts";
import { busy, type Questions } from "../questions.ts";

const DAY_MS = 86_400_000;

const unusedSchema = z.strictObject({
  revision: z.string(),
  rules: count.meta({ description: "Of the policy in force, role links left out" }),
  unused_count: count,
  unused: z
    .array(z.strictObject({ rule: z.string(), rule_source: z.string() }))
    .meta({ description: "The first of them, in the order of the file" }),
});

export function policyUnusedEndpoint({ findUnused }: AdminParts, { ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/policy/unused",
    summary: "Rules that decided nothing, since a day ago if not told otherwise",
    parameters: NONE,
    query: z.strictObject({ since: moment.optional(), until: moment.optional() }),
    body: null,
    answer: json("Rules of the policy in force that decided nothing", unusedSchema),
    problems: ["no_policy", "store_unavailable", "busy", "query_timeout"],
    handle: async ({ query }) => {
      const nowMs = Date.now();
      const { untilMs = nowMs, sinceMs = untilMs - DAY_MS } = readWindow(query, nowMs);
      const found = await findUnused(await ask((store) => usedRules(store, { sinceMs, untilMs })));
      if (found === "busy") throw busy();
      if (found !== "no_policy") return { kind: "json", body: { ...found } };
      throw new Problem("no_policy", "the config has no policy, so nothing is decided");
    },
  });
}
