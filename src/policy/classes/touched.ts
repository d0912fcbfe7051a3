// The classes that a change from one policy to another can touch: all others are decided alike.
import { entry } from "../../core/entry.ts";
import type { CheckedPolicy } from "../engine.ts";
import { EFFECTS } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";
import { changedRules, isSameModel } from "./changed-rules.ts";
import type { Box, ClassSet } from "./class-set.ts";
import { type Holding, type HoldingsOf, holdingKey } from "./holdings.ts";
import { createReach, type Reach } from "./reach.ts";
import { readingsOf, writtenIn } from "./readings.ts";
import { type ClassSpace, fieldHoldings } from "./space.ts";

/** A policy within the space it shares with the other. */
interface Side {
  readonly usesRules: boolean;
  readonly reach: Reach;
  /** The rules that speak of a role of a definition, by `spokenKey`. */
  readonly speaking: ReadonlyMap<string, readonly Rule[]>;
}

/**
 * A request is decided differently only if the rules that match it differ: one that only one policy
 * has, or one of both whose role the caller holds under one of them; or if no rule decides, and
 * the effects' defaults differ.
 */
export function addTouched(
  [before, after]: readonly [CheckedPolicy, CheckedPolicy],
  space: ClassSpace,
  touched: ClassSet,
): void {
  if (differsByDefault(before, after)) {
    touched.addBox(touched.everything);
    return;
  }
  const old = sideOf(before, space);
  const young = sideOf(after, space);
  const { removed, added } = changedRules(before, after);
  for (const rule of removed) for (const box of old.reach(rule)) touched.addBox(box);
  for (const rule of added) for (const box of young.reach(rule)) touched.addBox(box);
  for (const holder of changedHolders([before, after], space)) {
    addHolder(holder, old, touched);
    addHolder(holder, young, touched);
  }
}

/** Whether requests that no rule matches may be decided differently. */
function differsByDefault(before: CheckedPolicy, after: CheckedPolicy): boolean {
  if (isSameModel(before, after)) return false;
  const asksRules = before.usesRules && after.usesRules;
  return !asksRules || allowsByDefault(before) !== allowsByDefault(after);
}

/** Whether the effect allows what no rule matches. */
function allowsByDefault({ model }: CheckedPolicy): boolean {
  return model.effect === EFFECTS.denyOverride;
}

function sideOf(policy: CheckedPolicy, space: ClassSpace): Side {
  const { roles } = readingsOf(policy.model.matcher, policy.model);
  const speaking = new Map<string, Rule[]>();
  for (const { definition, written } of roles) {
    for (const rule of policy.rules) {
      const key = spokenKey(definition, writtenIn(written, rule.fields));
      entry(speaking, key, () => []).push(rule);
    }
  }
  return { usesRules: policy.usesRules, reach: createReach(policy, space), speaking };
}

function spokenKey(definition: string, role: string): string {
  return JSON.stringify([definition, role]);
}

/** Held under one policy and not under the other. */
function changedHoldings(
  name: string,
  [before, after]: readonly [HoldingsOf, HoldingsOf],
): readonly Holding[] {
  const old = new Map(before(name).map((holding) => [holdingKey(holding), holding]));
  const young = new Map(after(name).map((holding) => [holdingKey(holding), holding]));
  return [
    ...[...old].filter(([key]) => !young.has(key)),
    ...[...young].filter(([key]) => !old.has(key)),
  ].map(([, holding]) => holding);
}

interface ChangedHolder {
  readonly field: number;
  readonly cell: number;
  readonly changed: readonly Holding[];
}

/** The cells whose names hold other roles under one policy than under the other. */
function changedHolders(
  [before, after]: readonly [CheckedPolicy, CheckedPolicy],
  { dimensions }: ClassSpace,
): readonly ChangedHolder[] {
  return dimensions.flatMap(({ cells }, field) => {
    const holdings = [fieldHoldings(before, field), fieldHoldings(after, field)] as const;
    return cells.flatMap(({ names: [name = ""] }, cell): ChangedHolder[] => {
      const changed = changedHoldings(name, holdings);
      return changed.length === 0 ? [] : [{ field, cell, changed }];
    });
  });
}

/** The holder's classes that a rule may match which speaks of a role it gained or lost. */
function addHolder({ field, cell, changed }: ChangedHolder, side: Side, touched: ClassSet): void {
  const ofHolder = (box: Box): Box => box.with(field, [cell]);
  if (!side.usesRules) touched.addBox(ofHolder(touched.everything));
  const keys = new Set(changed.map(({ definition, role }) => spokenKey(definition, role)));
  for (const key of keys) {
    for (const rule of side.speaking.get(key) ?? []) {
      for (const box of side.reach(rule)) touched.addBox(ofHolder(box));
    }
  }
}
