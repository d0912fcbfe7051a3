// What changes from one policy to another, without traffic: each class of requests decided differently.
import type { CheckedPolicy } from "../engine.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";
import { ClassSet } from "./class-set.ts";
import { type MergedClass, mergeClasses } from "./merge.ts";
import { type ClassSpace, createSpace, tupleOf } from "./space.ts";
import { addTouched } from "./touched.ts";
import { type UncoveredRule, uncoveredWithin } from "./uncovered.ts";

export interface LoadedPolicy {
  readonly policy: CheckedPolicy;
  readonly snapshot: PolicySnapshot;
}

export interface Change {
  readonly old: Decision;
  readonly young: Decision;
}

export interface PolicyDiff {
  readonly space: ClassSpace;
  /** Gains first, then losses, then what no longer or only now can be decided. */
  readonly changed: readonly MergedClass<Change>[];
  /** Classes decided under both. */
  readonly decided: number;
  /** Rules that may decide a request which the change can touch, and of which cells say too little. */
  readonly uncovered: {
    readonly old: readonly UncoveredRule[];
    readonly young: readonly UncoveredRule[];
  };
}

export type DiffResult =
  | { readonly ok: true; readonly diff: PolicyDiff }
  | { readonly ok: false; readonly message: string };

/** Decided in some ten seconds. */
const MAX_CLASSES = 2_000_000;

/**
 * Exact for all requests without line breaks that no uncovered rule may decide: such a request is
 * decided differently if and only if it is in a class of `changed`. `only` gives the value of
 * fields that are not to vary, in the order of r; null: all values.
 */
export function diffPolicies(
  old: LoadedPolicy,
  young: LoadedPolicy,
  only: readonly (string | null)[],
): DiffResult {
  const made = createSpace([old.policy, young.policy], only);
  if (!made.ok) return made;
  const { space } = made;
  const touched = new ClassSet(space, MAX_CLASSES);
  addTouched([old.policy, young.policy], space, touched);
  if (!touched.isWhole) {
    return { ok: false, message: `more than ${MAX_CLASSES} classes of requests to compare` };
  }
  let decided = 0;
  const changed: { cells: readonly number[]; found: Change }[] = [];
  for (const cells of touched.classes()) {
    decided += 1;
    const found = changeOf(old.snapshot, young.snapshot, tupleOf(space, cells));
    if (found.old.effect !== found.young.effect) changed.push({ cells, found });
  }
  const merged = mergeClasses(space, changed, changeKey);
  return {
    ok: true,
    diff: {
      space,
      changed: merged.toSorted((one, other) => rank(one.found) - rank(other.found)),
      decided,
      uncovered: {
        old: uncoveredWithin({ policy: old.policy, only }, space, touched),
        young: uncoveredWithin({ policy: young.policy, only }, space, touched),
      },
    },
  };
}

function changeOf(old: PolicySnapshot, young: PolicySnapshot, tuple: readonly string[]): Change {
  return { old: old.decide(tuple), young: young.decide(tuple) };
}

/** Gains are the dangerous direction. */
function rank({ old, young }: Change): number {
  if (young.effect === "allow") return 0;
  return old.effect === "allow" ? 1 : 2;
}

function changeKey({ old, young }: Change): string {
  return JSON.stringify([old.effect, old.ruleSource, young.effect, young.ruleSource]);
}
