// GET /api/v1/slos: what routes promise, how much of each error budget is left, and what burns it.
import { z } from "zod";
import { durationText } from "../../alerts/duration.ts";
import type { Slo } from "../../alerts/rule.ts";
import { BURN_LIMITS, budgetLeft, burnRate, type Good } from "../../alerts/slo.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, json, NONE } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";
import type { Questions } from "../questions.ts";

const sloSchema = z.strictObject({
  route: z.string(),
  objective: z.number().meta({ description: "Percent of requests that are to be good" }),
  latency_ms: z.number().nullable().meta({ description: "A slower request is bad, too" }),
  window: z.string(),
  requests: count.meta({ description: "In the window that ends now" }),
  bad: count,
  budget_left: z
    .number()
    .meta({ description: "1: nothing is spent; below 0: more than there was" }),
  burn: z
    .array(
      z.strictObject({
        window: z.string(),
        rate: z.number().meta({ description: "1: the budget lasts exactly as long as its window" }),
        limit: z.number().meta({ description: "Its rule calls above that, in two windows" }),
        requests: count,
        bad: count,
      }),
    )
    .meta({ description: "By window that ends now, shortest first" }),
  firing: z.array(z.string()).meta({ description: "Its rules that fire" }),
});

export function slosEndpoint({ alerting }: AdminParts, { ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/slos",
    summary: "Service level objectives and their error budgets",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("Those in force", z.strictObject({ slos: z.array(sloSchema) })),
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async () => {
      const slos: z.input<typeof sloSchema>[] = [];
      for (const slo of alerting.loaded().slos) {
        const windows = [slo.windowMs, ...WINDOWS_MS];
        const good = await ask(() => alerting.good(slo, windows));
        slos.push({ ...shown(slo, good), firing: firingOf(alerting, slo) });
      }
      return { kind: "json", body: { slos } };
    },
  });
}

const WINDOWS_MS = [...BURN_LIMITS.keys()].sort((a, b) => a - b);
const NOTHING: Good = { requests: 0, bad: 0 };

function shown(
  slo: Slo,
  [whole = NOTHING, ...recent]: readonly Good[],
): Omit<z.input<typeof sloSchema>, "firing"> {
  const { route, objective, latencyMs, windowMs } = slo;
  return {
    route,
    objective,
    latency_ms: latencyMs,
    window: durationText(windowMs),
    ...whole,
    budget_left: budgetLeft(slo, whole),
    burn: WINDOWS_MS.map((ms, at) => {
      const good = recent[at] ?? NOTHING;
      const limit = BURN_LIMITS.get(ms) ?? 0;
      return { window: durationText(ms), rate: burnRate(slo, good), limit, ...good };
    }),
  };
}

function firingOf(alerting: AdminParts["alerting"], { route }: Slo): string[] {
  return alerting
    .rules()
    .filter(({ rule: { source } }) => source.kind === "slo" && source.slo.route === route)
    .filter(({ state }) => state.alerts.some((alert) => alert.state === "firing"))
    .map(({ rule }) => rule.name);
}
