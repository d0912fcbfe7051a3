// An explanation as the API and `weir policy explain --json` give it: plain data, names in snake_case.
import type { Explanation, NearMiss, Reason } from "./explain.ts";
import type { RolePath } from "../roles/role-path.ts";
import type { Rule } from "../rules/rule.ts";
import type { ComparedTerm, Side } from "../matcher/term.ts";
import type { RequestTuple } from "../request/tuple.ts";

export interface NamedRule {
  /** As written. */
  readonly rule: string;
  /** "file:line" */
  readonly rule_source: string;
}

export interface FailedTermJson {
  readonly term: string;
  /** What the request has, and what the rule or the matcher wants; a list where there are several, null where none. */
  readonly request: Side;
  readonly rule: Side;
  /** Where the term asks for a role: those the name holds, at most 20 of `roles_held_count`. */
  readonly roles_held?: readonly string[];
  readonly roles_held_count?: number;
}

export interface NearMissJson extends NamedRule {
  readonly failed: readonly FailedTermJson[];
}

export interface ExplanationJson extends NamedRule {
  readonly request: RequestTuple;
  readonly decision: "allow" | "deny" | "error";
  readonly reason: Reason;
  readonly revision: string;
  /** The first of `role_paths`; empty where no role made the rule match. */
  readonly role_path: readonly string[];
  readonly role_paths: readonly Pick<RolePath, "definition" | "path">[];
  readonly overridden: readonly NamedRule[];
  readonly overridden_count: number;
  readonly failed_always: readonly FailedTermJson[];
  readonly nearest_misses: readonly NearMissJson[];
  /** Why it can't be decided; only then. */
  readonly error?: string;
}

export function explanationJson(explanation: Explanation): ExplanationJson {
  const { request, revision, decision, reason, rolePaths } = explanation;
  const json = {
    request,
    decision: decision.effect,
    reason,
    rule: decision.rule,
    rule_source: decision.ruleSource,
    revision,
    role_path: rolePaths[0]?.path ?? [],
    role_paths: rolePaths.map(({ definition, path }) => ({ definition, path })),
    overridden: explanation.overridden.map(named),
    overridden_count: explanation.overriddenCount,
    failed_always: explanation.failedAlways.map(failedTerm),
    nearest_misses: explanation.nearestMisses.map(nearMiss),
  };
  return decision.error === "" ? json : { ...json, error: decision.error };
}

function nearMiss({ rule, failed }: NearMiss): NearMissJson {
  return { ...named(rule), failed: failed.map(failedTerm) };
}

function named({ text, source }: Rule): NamedRule {
  return { rule: text, rule_source: source };
}

function failedTerm({ term, request, rule, held }: ComparedTerm): FailedTermJson {
  const compared = { term, request, rule };
  if (held === null) return compared;
  return { ...compared, roles_held: held.roles, roles_held_count: held.count };
}
