// GET /healthz and /readyz: whether the process lives, and whether it can do all of its work.
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { iso, json, NONE } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const readySchema = z.strictObject({
  ready: z.boolean(),
  reasons: z.array(z.string()).meta({ description: "Why it is not ready" }),
  warnings: z.array(z.string()).meta({
    description: "What is not in force though it is ready; /api/v1/policy has the faults",
  }),
});

export function healthEndpoint(): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/healthz",
    summary: "The process is up; asked without a token",
    parameters: NONE,
    query: z.looseObject({}),
    body: null,
    answer: json("It is", z.strictObject({ status: z.literal("ok") })),
    problems: [],
    open: true,
    handle: () => ({ kind: "json", body: { status: "ok" } }),
  });
}

export function readyEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/readyz",
    summary: "200 once the proxy listens and the store answers; 503 with the reasons otherwise",
    parameters: NONE,
    query: z.looseObject({}),
    body: null,
    answer: { ...json("Whether it is ready", readySchema), or: 503 },
    problems: [],
    handle: () => {
      const reasons = reasonsOf(parts);
      const ready = reasons.length === 0;
      return {
        kind: "json",
        status: ready ? 200 : 503,
        body: { ready, reasons, warnings: warningsOf(parts) },
      };
    },
  });
}

/** What was in force goes on, so no instance is taken out of service for it. */
function warningsOf({ lastReload, running }: AdminParts): string[] {
  const last = lastReload();
  const { shadow } = running();
  const warnings: string[] = [];
  if (last?.ok === false) {
    warnings.push(`the reload at ${iso(last.atMs)} was refused, what was in force before stays`);
  }
  if (shadow !== null && shadow.faults.length > 0) {
    warnings.push("the newest version of the candidate policy is faulty and not asked");
  }
  return warnings;
}

function reasonsOf(parts: AdminParts): string[] {
  const { state, error } = parts.storeHealth();
  const reasons: string[] = [];
  if (parts.workers() === 0) reasons.push("no data worker listens");
  if (state !== "ready") reasons.push(`the store is ${state}${error === null ? "" : `: ${error}`}`);
  return reasons;
}
