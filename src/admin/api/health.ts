// GET /healthz and /readyz: whether the process lives, and whether it can do all of its work.
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { json, NONE } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const readySchema = z.strictObject({
  ready: z.boolean(),
  reasons: z.array(z.string()).meta({ description: "Why it is not ready" }),
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
      return { kind: "json", status: ready ? 200 : 503, body: { ready, reasons } };
    },
  });
}

function reasonsOf(parts: AdminParts): string[] {
  const { state, error } = parts.storeHealth();
  const reasons: string[] = [];
  if (parts.workers() === 0) reasons.push("no data worker listens");
  if (state !== "ready") reasons.push(`the store is ${state}${error === null ? "" : `: ${error}`}`);
  return reasons;
}
