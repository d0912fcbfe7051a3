// Who may do one thing: everybody a policy names, grouped by the rule that allows it.
import { ANONYMOUS_SUBJECT } from "../../core/identity.ts";
import type { CheckedPolicy } from "../engine.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";
import { type UncoveredRule, uncoveredRules } from "./uncovered.ts";
import { type DecidedValue, decideValues, type ValuesQuery } from "./values.ts";

export interface Allowed {
  readonly name: string;
  /** Others hold it. */
  readonly isRole: boolean;
  /** [name, role, role, ...] up to the role that the rule speaks of; empty where it needs none. */
  readonly rolePath: readonly string[];
}

export interface AllowedByRule {
  readonly rule: string;
  /** "file:line" of that rule; empty where no rule decides. */
  readonly ruleSource: string;
  readonly callers: readonly Allowed[];
}

export interface WhoAnswer {
  /** In the order of the policy's names. Whom the same rule allows as anybody is left out. */
  readonly groups: readonly AllowedByRule[];
  /** What a caller gets whom the policy does not name. */
  readonly anybody: Decision;
  /** What a caller without credentials gets. */
  readonly anonymous: Decision;
  /** The names that were asked. */
  readonly asked: number;
  /** Where patterns speak of callers: an example of each further kind that is allowed. */
  readonly others: readonly DecidedValue[];
  /** Rules that may allow callers of which there is no example: what they say of callers can't be taken apart. */
  readonly uncovered: readonly UncoveredRule[];
}

/** `query.field` is the position of the subject in the request. */
export function whoCan(
  policy: CheckedPolicy,
  snapshot: PolicySnapshot,
  query: ValuesQuery,
): WhoAnswer {
  const { named, others } = decideValues(policy, snapshot, query);
  const [anybody, ...further] = others.toSorted((one, other) => kinds(one) - kinds(other));
  const unknown = anybody?.decision ?? decide(snapshot, query, "");
  const roles = roleNames(policy);
  const groups = new Map<string, AllowedByRule & { readonly callers: Allowed[] }>();
  for (const { value: name, decision } of named) {
    if (decision.effect !== "allow" || isSame(decision, unknown)) continue;
    const { rule, ruleSource, rolePath } = decision;
    const group = groups.get(ruleSource) ?? { rule, ruleSource, callers: [] };
    groups.set(ruleSource, group);
    group.callers.push({ name, isRole: roles.has(name), rolePath });
  }
  return {
    groups: [...groups.values()],
    anybody: unknown,
    anonymous: decide(snapshot, query, ANONYMOUS_SUBJECT),
    asked: named.length,
    others: further.filter(({ decision }) => decision.effect === "allow"),
    uncovered: uncoveredRules(
      policy,
      (query.request as readonly (string | null)[]).with(query.field, null),
    ),
  };
}

/** Of several kinds of unknown callers, "anybody" is one that may least. */
function kinds({ decision }: DecidedValue): number {
  return decision.effect === "allow" ? 1 : 0;
}

function decide(snapshot: PolicySnapshot, { request, field }: ValuesQuery, name: string): Decision {
  return snapshot.decide(request.with(field, name));
}

function isSame(one: Decision, other: Decision): boolean {
  return one.effect === other.effect && one.ruleSource === other.ruleSource;
}

/** All names that some other name holds. */
export function roleNames({ links }: CheckedPolicy): ReadonlySet<string> {
  const roles = new Set<string>();
  for (const rules of links.values()) for (const { fields } of rules) roles.add(fields[1] ?? "");
  return roles;
}
