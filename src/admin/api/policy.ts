// GET /api/v1/policy: what is enforced, from which files, and why a newer version is not.
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, iso, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

export const policySchema = z.strictObject({
  enforced: z.boolean(),
  revision: z.string().meta({ description: "Empty where nothing is enforced" }),
  rules: count,
  model_file: z.string().nullable(),
  rules_file: z.string().nullable(),
  loaded_at: time.nullable(),
  fault: z
    .string()
    .nullable()
    .meta({ description: "Why the newest config or policy is not in force" }),
});

export type PolicyDescription = z.output<typeof policySchema>;

export function policyEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/policy",
    summary: "The policy in force",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("The policy", policySchema),
    problems: [],
    handle: () => ({ kind: "json", body: describePolicy(parts) }),
  });
}

export function describePolicy(
  parts: Pick<AdminParts, "running" | "lastReload">,
): PolicyDescription {
  const { config, policy, loadedAtMs } = parts.running();
  return {
    enforced: policy !== null,
    revision: policy?.revision ?? "",
    rules: policy?.rules ?? 0,
    model_file: config.policy?.model ?? null,
    rules_file: config.policy?.rules ?? null,
    loaded_at: policy === null ? null : iso(loadedAtMs),
    fault: parts.lastReload()?.fault ?? null,
  };
}
