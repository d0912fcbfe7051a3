// What one caller may do: each class of requests that a policy allows it, and what it is denied in spite.
import type { CheckedPolicy } from "../engine.ts";
import { EFFECTS } from "../model/model.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";
import { ClassSet } from "./class-set.ts";
import { createDimension, type Dimension } from "./dimension.ts";
import { fieldTexts } from "./field-texts.ts";
import { type FoundClass, type MergedClass, mergeClasses } from "./merge.ts";
import { createReach } from "./reach.ts";
import { type ClassSpace, createSpace, fieldHoldings, tupleOf } from "./space.ts";
import { uncoveredRules, type UncoveredRule } from "./uncovered.ts";

export interface WhatQuery {
  /** The value of each field that is given, the caller's name among them; null: all values. */
  readonly only: readonly (string | null)[];
}

export interface WhatAnswer {
  readonly space: ClassSpace;
  readonly allowed: readonly MergedClass<Decision>[];
  /** Classes that a rule denies though another one would allow them. */
  readonly denied: readonly MergedClass<Decision>[];
  /** Whether what is in neither list is allowed: the effect's default. */
  readonly allowsRest: boolean;
  /** Of the rules that may match: what they decide is shown by examples only. */
  readonly uncovered: readonly UncoveredRule[];
}

export type WhatResult =
  | { readonly ok: true; readonly answer: WhatAnswer }
  | { readonly ok: false; readonly message: string };

const MAX_CLASSES = 500_000;

/** Exact for all that no uncovered rule may decide. */
export function whatCan(
  policy: CheckedPolicy,
  snapshot: PolicySnapshot,
  { only }: WhatQuery,
): WhatResult {
  const narrowed = matchingOnly(policy, only);
  const made = createSpace([narrowed], only);
  if (!made.ok) return made;
  const { space } = made;
  const reached = new ClassSet(space, MAX_CLASSES);
  const reach = createReach(narrowed, space);
  const allowsRest = policy.model.effect === EFFECTS.denyOverride;
  if (!policy.usesRules) reached.addBox(reached.everything);
  for (const rule of narrowed.rules) {
    const isDeny = rule.fields[policy.model.policy.indexOf("eft")] === "deny";
    if (isDeny !== allowsRest) continue;
    for (const box of reach(rule)) reached.addBox(box);
  }
  if (!reached.isWhole)
    return { ok: false, message: `more than ${MAX_CLASSES} classes of requests` };
  const decided = [...reached.classes()].map((cells): FoundClass<Decision> => {
    return { cells, found: snapshot.decide(tupleOf(space, cells)) };
  });
  const listed = (wanted: (decision: Decision) => boolean): readonly MergedClass<Decision>[] =>
    mergeClasses(
      space,
      decided.filter(({ found }) => wanted(found)),
      ({ ruleSource }) => ruleSource,
    );
  return {
    ok: true,
    answer: {
      space,
      allowed: listed(({ effect }) => effect === "allow"),
      denied: listed(({ effect, ruleSource }) => effect !== "allow" && ruleSource !== ""),
      allowsRest,
      uncovered: uncoveredRules(narrowed, only),
    },
  };
}

/** Without the rules that can't match what is given: their patterns would only cut cells smaller. */
function matchingOnly(policy: CheckedPolicy, only: readonly (string | null)[]): CheckedPolicy {
  const dimensions = policy.model.request.map((field, at): Dimension => {
    const unknown = { field, cells: [], hasPatterns: false, matchedBy: new Map() };
    return givenDimension(policy, at, only[at] ?? null) ?? unknown;
  });
  const reach = createReach(policy, { dimensions });
  const isGiven = only.map((value) => value !== null);
  const rules = policy.rules.filter((rule) =>
    reach(rule).some((box) => box.every((cells, at) => !isGiven[at] || cells?.length !== 0)),
  );
  const { model, links, roles, usesRules } = policy;
  return { model, rules, links, roles, usesRules };
}

/** null where the field is not given. */
function givenDimension(policy: CheckedPolicy, at: number, only: string | null): Dimension | null {
  if (only === null) return null;
  const field = policy.model.request[at] ?? "";
  const texts = fieldTexts([policy], at);
  return createDimension({ field, texts, holdings: [fieldHoldings(policy, at)], only });
}
