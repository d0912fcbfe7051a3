// The rules of which cells say too little: requests they may decide are compared by examples only.
import { compileTest, type Test } from "../matcher/compile-matcher.ts";
import { type Conjunction, disjunctsOf, readsOf, wholeOf } from "../matcher/disjuncts.ts";
import type { CheckedPolicy } from "../engine.ts";
import { expressionText } from "../matcher/expression-text.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import type { Expression } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";
import type { Box, ClassSet } from "./class-set.ts";
import { patternLanguage } from "./pattern-language.ts";
import { createReach } from "./reach.ts";
import type { ClassSpace } from "./space.ts";
import { readingsOf, type TextReading, writtenIn } from "./readings.ts";

export interface UncoveredRule {
  /** null: the matcher itself, where it asks no rule. */
  readonly rule: Rule | null;
  readonly reason: string;
}

interface NarrowedPolicy {
  readonly policy: CheckedPolicy;
  readonly only: readonly (string | null)[];
}

/** Of those, the ones that may decide a request of these classes. */
export function uncoveredWithin(
  { policy, only }: NarrowedPolicy,
  space: ClassSpace,
  classes: ClassSet,
): readonly UncoveredRule[] {
  const uncovered = uncoveredRules(policy, only);
  if (uncovered.length === 0) return uncovered;
  const reach = createReach(policy, space);
  const shadow = classes.shadow();
  const isTouched = (box: Box): boolean =>
    box.every((cells, at) => hasCell(shadow[at] ?? new Set(), cells));
  return uncovered.filter(({ rule }) =>
    rule === null ? shadow.every(({ size }) => size > 0) : reach(rule).some(isTouched),
  );
}

function hasCell(shadow: ReadonlySet<number>, cells: Box[number]): boolean {
  return cells === null ? shadow.size > 0 : cells.some((cell) => shadow.has(cell));
}

interface Alternative {
  readonly opaque: string;
  readonly texts: readonly TextReading[];
  readonly appliesTo: (rule: Rule) => boolean;
}

/** `only` has the values that are given, as createSpace takes them: what reads no other is known. */
export function uncoveredRules(
  policy: CheckedPolicy,
  only: readonly (string | null)[],
): readonly UncoveredRule[] {
  const alternatives = alternativesOf(policy, only);
  if (!policy.usesRules) {
    const reason = alternatives.map(({ opaque }) => opaque).find((each) => each !== "");
    return reason === undefined ? [] : [{ rule: null, reason }];
  }
  return policy.rules.flatMap((rule) => {
    const reason = reasonFor(rule, alternatives);
    return reason === "" ? [] : [{ rule, reason }];
  });
}

function reasonFor(rule: Rule, alternatives: readonly Alternative[]): string {
  for (const { opaque, texts, appliesTo } of alternatives) {
    if (opaque === "" && texts.length === 0) continue;
    if (!appliesTo(rule)) continue;
    if (opaque !== "") return opaque;
    for (const { functionName, written } of texts) {
      const text = writtenIn(written, rule.fields);
      if (patternLanguage(functionName, text) === null) {
        return `"${text}" of ${functionName} is a regular expression of its own`;
      }
    }
  }
  return "";
}

function alternativesOf(
  { model, roles }: CheckedPolicy,
  only: readonly (string | null)[],
): readonly Alternative[] {
  const functions = matchingFunctions();
  const compile = (term: Expression) => compileTest(term, { model, roles, functions });
  const disjuncts: readonly Conjunction[] = disjunctsOf(model.matcher) ?? [[model.matcher]];
  const request = only.map((value) => value ?? "");
  const isKnown = (term: Expression): boolean =>
    [...wholeOf(term)].every((part) => part.kind !== "eval" && isGiven(part, model, only));
  return disjuncts.map((terms) => {
    const open = terms.filter((term) => readsOf(term).r && !isKnown(term));
    const readings = open.map((term) => readingsOf(term, model));
    const [opaque] = readings.flatMap((each) => each.opaque);
    const known = terms.filter((term) => !open.includes(term)).map(compile);
    return {
      opaque:
        opaque === undefined ? "" : `${expressionText(opaque, model.names)} can't be enumerated`,
      texts: readings.flatMap((each) => each.texts),
      appliesTo: (rule) => known.every((test) => mayHold(test, request, rule)),
    };
  });
}

function isGiven(
  part: Expression,
  { request }: CheckedPolicy["model"],
  only: readonly (string | null)[],
): boolean {
  return (
    part.kind !== "field" || part.of === "p" || typeof only[request.indexOf(part.name)] === "string"
  );
}

/** What fails decides nothing else. */
function mayHold(test: Test, request: readonly string[], { fields }: Rule): boolean {
  try {
    return test(request, fields);
  } catch {
    return true;
  }
}
