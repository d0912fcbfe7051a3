// Which classes a rule may match, by what its columns say: some in vain, never too few.
import { compileTest, type Test } from "../matcher/compile-matcher.ts";
import { type Conjunction, disjunctsOf, readsOf } from "../matcher/disjuncts.ts";
import type { CheckedPolicy } from "../engine.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import type { Expression } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";
import type { Box } from "./class-set.ts";
import { patternKey } from "./field-texts.ts";
import { patternLanguage } from "./pattern-language.ts";
import {
  type Readings,
  readingsOf,
  type RoleReading,
  type TextReading,
  writtenIn,
} from "./readings.ts";
import { type ClassSpace, fieldHoldings } from "./space.ts";

/** A box for each alternative of the matcher that may hold for the rule. */
export type Reach = (rule: Rule) => readonly Box[];

/** One alternative: what must hold of the request, and of the rule alone. */
interface Alternative {
  readonly readings: readonly Readings[];
  readonly ofRule: readonly Test[];
}

const NO_FIELDS: readonly string[] = [];

export function createReach(policy: CheckedPolicy, space: ClassSpace): Reach {
  const { model, roles } = policy;
  const functions = matchingFunctions();
  const compile = (term: Expression): Test => compileTest(term, { model, roles, functions });
  const alternatives = disjunctsOf(model.matcher)?.map((terms) =>
    alternativeOf(terms, policy, compile),
  );
  const holders = holdersByRole(policy, space);
  const everything: Box = space.dimensions.map(() => null);
  return (rule) => {
    if (alternatives === undefined) return [everything];
    return alternatives
      .filter(({ ofRule }) => ofRule.every((test) => test(NO_FIELDS, rule.fields)))
      .map(({ readings }) => boxOf({ readings, rule, space, holders }));
  };
}

function alternativeOf(
  terms: Conjunction,
  { model }: CheckedPolicy,
  compile: (term: Expression) => Test,
): Alternative {
  const ofRequest = terms.filter((term) => readsOf(term).r);
  return {
    readings: ofRequest.filter(isAtomic).map((term) => readingsOf(term, model)),
    ofRule: terms.filter((term) => !ofRequest.includes(term)).map(compile),
  };
}

/** Holds only if one of its comparisons does: a negation or "!=" says nothing of the kind. */
function isAtomic(term: Expression): boolean {
  if (term.kind === "in") return readsOf(term.operand).r;
  if (term.kind === "call") return true;
  return term.kind === "binary" && (term.operator === "==" || term.operator === "===");
}

interface Narrowing {
  readonly readings: readonly Readings[];
  readonly rule: Rule;
  readonly space: ClassSpace;
  readonly holders: HoldersByRole;
}

function boxOf({ readings, rule, space, holders }: Narrowing): Box {
  const box: (readonly number[] | null)[] = space.dimensions.map(() => null);
  for (const { texts, roles } of readings) {
    const [first, ...others] = [
      ...texts.map((each) => ({ field: each.field, cells: matchedCells(each, rule, space) })),
      ...roles.map((each) => ({
        field: each.field,
        cells: heldCells(each, rule, { space, holders }),
      })),
    ];
    // A list after "in" holds for any of its items; one of several fields narrows none.
    if (first === undefined || others.some(({ field }) => field !== first.field)) continue;
    const all = [first, ...others].map(({ cells }) => cells);
    const cells = all.includes(null) ? null : [...new Set(all.flatMap((each) => each ?? []))];
    box[first.field] = common(box[first.field] ?? null, cells);
  }
  return box;
}

function common(
  one: readonly number[] | null,
  other: readonly number[] | null,
): readonly number[] | null {
  if (one === null || other === null) return one ?? other;
  const wanted = new Set(other);
  return one.filter((cell) => wanted.has(cell));
}

/** null: not known. */
function matchedCells(
  { field, functionName, written }: TextReading,
  rule: Rule,
  { dimensions }: ClassSpace,
): readonly number[] | null {
  const text = writtenIn(written, rule.fields);
  if (patternLanguage(functionName, text) === null) return null;
  return dimensions[field]?.matchedBy.get(patternKey(functionName, text)) ?? [];
}

type HoldersByRole = ReadonlyMap<string, readonly number[]>;

function heldCells(
  { field, definition, written }: RoleReading,
  rule: Rule,
  { space, holders }: Pick<Narrowing, "space" | "holders">,
): readonly number[] {
  const role = writtenIn(written, rule.fields);
  const itself = space.dimensions[field]?.matchedBy.get(patternKey("==", role)) ?? [];
  return [...itself, ...(holders.get(roleKey(field, definition, role)) ?? [])];
}

/** In whatever domain. */
function holdersByRole(policy: CheckedPolicy, { dimensions }: ClassSpace): HoldersByRole {
  const holders = new Map<string, number[]>();
  for (const [field, { cells }] of dimensions.entries()) {
    const holdingsOf = fieldHoldings(policy, field);
    cells.forEach(({ names: [name = ""] }, cell) => {
      for (const { definition, role } of holdingsOf(name)) {
        const key = roleKey(field, definition, role);
        const known = holders.get(key);
        if (known === undefined) holders.set(key, [cell]);
        else if (known.at(-1) !== cell) known.push(cell);
      }
    });
  }
  return holders;
}

function roleKey(field: number, definition: string, role: string): string {
  return JSON.stringify([field, definition, role]);
}
