// GET /api/v1/policy: what is enforced, from which files, and why a newer version is not.
import { z } from "zod";
import { formatFaults } from "../../config/fault.ts";
import type { PolicyFiles, PolicyOptions } from "../../policy/options.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, iso, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const shadowSchema = z.strictObject({
  revision: z.string().meta({ description: "Empty while none of its versions was sound" }),
  rules: count,
  model_file: z.string(),
  rules_file: z.string(),
  loaded_at: time.nullable(),
  fault: z.string().nullable().meta({ description: "Why its newest version is not asked" }),
});

const authzenSchema = z.strictObject({
  enforced: z.boolean().meta({ description: "Whether it is the enforced policy, or its own" }),
  revision: z.string().meta({ description: "As in its rows" }),
  rules: count,
  model_file: z.string(),
  rules_file: z.string(),
  entities_file: z.string().nullable(),
  request: z
    .array(z.string())
    .meta({ description: "AuthZEN fields in the order of the model's r" }),
});

const rollbackSchema = z.strictObject({
  from: z
    .string()
    .meta({ description: "Revision of what the files say, by which nobody is decided" }),
  to: z.string(),
  at: time,
  comment: z.string(),
  created_by: z.string(),
});

export const policySchema = z.strictObject({
  enforced: z.boolean(),
  revision: z.string().meta({ description: "Empty where nothing is enforced" }),
  rules: count,
  model_file: z.string().nullable(),
  rules_file: z.string().nullable(),
  request: z
    .array(z.string())
    .meta({ description: "What is asked of each request, in the order of the model's r" }),
  loaded_at: time.nullable(),
  fault: z
    .string()
    .nullable()
    .meta({ description: "Why the newest config or policy is not in force" }),
  rollback: rollbackSchema.nullable().meta({
    description:
      "Not null: the policy before decides, until the files change or POST /api/v1/reload has them read",
  }),
  shadow: shadowSchema.nullable().meta({ description: "The candidate policy, where there is one" }),
  authzen: authzenSchema.nullable().meta({ description: "What AuthZEN asks, where it can" }),
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

type Known = Pick<AdminParts, "running" | "lastReload">;

export function describePolicy({ running, lastReload }: Known): PolicyDescription {
  const { config, policy, rollback, shadow, authzen, loadedAtMs } = running();
  const fault = lastReload()?.fault ?? null;
  if (policy === null || config.policy === null) return { ...NOTHING_ENFORCED, fault };
  const { model, rules } = rollback?.files ?? config.policy;
  return {
    enforced: true,
    revision: policy.revision,
    rules: policy.rules,
    rollback: describeRollback(rollback),
    model_file: model,
    rules_file: rules,
    request: [...config.policy.request],
    loaded_at: iso(loadedAtMs),
    fault,
    shadow: shadow && config.policy.shadow && describeShadow(shadow, config.policy.shadow),
    authzen: authzen && describeAuthzen(authzen, config.policy),
  };
}

function describeRollback(
  rollback: ReturnType<AdminParts["running"]>["rollback"],
): z.output<typeof rollbackSchema> | null {
  if (rollback === null) return null;
  const { from, to, atMs, createdBy, comment } = rollback;
  return { from, to, at: iso(atMs), comment, created_by: createdBy };
}

type Shadow = NonNullable<ReturnType<AdminParts["running"]>["shadow"]>;

function describeShadow(
  { policy, loadedAtMs, faults }: Shadow,
  { model, rules }: PolicyFiles,
): z.output<typeof shadowSchema> {
  return {
    revision: policy?.revision ?? "",
    rules: policy?.rules ?? 0,
    model_file: model,
    rules_file: rules,
    loaded_at: policy && iso(loadedAtMs),
    fault: faults.length === 0 ? null : formatFaults(faults),
  };
}

type Authzen = NonNullable<ReturnType<AdminParts["running"]>["authzen"]>;

function describeAuthzen(
  { image, isEnforced, fields }: Authzen,
  enforced: PolicyOptions,
): z.output<typeof authzenSchema> {
  const { model, rules } = enforced.authzen?.policy ?? enforced;
  const entities = enforced.authzen?.entities ?? "";
  return {
    enforced: isEnforced,
    revision: image.revision,
    rules: image.rules,
    model_file: model,
    rules_file: rules,
    entities_file: entities === "" ? null : entities,
    request: [...fields],
  };
}

const NOTHING_ENFORCED = {
  enforced: false,
  revision: "",
  rules: 0,
  rollback: null,
  model_file: null,
  rules_file: null,
  request: [],
  loaded_at: null,
  shadow: null,
  authzen: null,
};
