// Which rules two policies do not share: a request that none of them matches is decided alike by both.
import type { CheckedPolicy } from "../engine.ts";
import { EFFECTS } from "../model/model.ts";
import { inEvaluationOrder } from "../rules/rule-order.ts";
import type { Rule } from "../rules/rule.ts";

export interface ChangedRules {
  readonly removed: readonly Rule[];
  readonly added: readonly Rule[];
}

/**
 * Where effect or matcher differ, all rules. Else those that only one of them has, and, where the order
 * decides, those that moved: what is left stands in both in the same order.
 */
export function changedRules(before: CheckedPolicy, after: CheckedPolicy): ChangedRules {
  if (!isSameModel(before, after) || before.model.effect === EFFECTS.subjectPriority) {
    return { removed: before.rules, added: after.rules };
  }
  const old = firstOfEach(before);
  const young = firstOfEach(after);
  const shared = orderMatters(before) ? sharedInOrder(old, young) : sharedKeys(old, young);
  const changed = (rules: ReadonlyMap<string, Rule>): readonly Rule[] =>
    [...rules].filter(([key]) => !shared.has(key)).map(([, rule]) => rule);
  return { removed: changed(old), added: changed(young) };
}

/** Whether they read the same of a request and a rule, and fold effects alike. */
export function isSameModel(
  { model: one }: CheckedPolicy,
  { model: other }: CheckedPolicy,
): boolean {
  const text = ({ request, policy, roles, effect, matcher }: CheckedPolicy["model"]): string =>
    JSON.stringify([request, policy, roles, effect, matcher]);
  return text(one) === text(other);
}

function orderMatters({ model }: CheckedPolicy): boolean {
  return model.effect === EFFECTS.priority;
}

/** By fields: of equal rules only the first counts. */
function firstOfEach(policy: CheckedPolicy): ReadonlyMap<string, Rule> {
  const first = new Map<string, Rule>();
  for (const rule of inEvaluationOrder(policy)) {
    const key = JSON.stringify(rule.fields);
    if (!first.has(key)) first.set(key, rule);
  }
  return first;
}

function sharedKeys(
  old: ReadonlyMap<string, Rule>,
  young: ReadonlyMap<string, Rule>,
): ReadonlySet<string> {
  return new Set([...old.keys()].filter((key) => young.has(key)));
}

/** The longest sequence of rules that both have in this order (Fredman 1975: patience sorting). */
function sharedInOrder(
  old: ReadonlyMap<string, Rule>,
  young: ReadonlyMap<string, Rule>,
): ReadonlySet<string> {
  const places = new Map([...young.keys()].map((key, at) => [key, at]));
  const piles: Card[] = [];
  for (const key of old.keys()) {
    const place = places.get(key);
    if (place === undefined) continue;
    const at = firstNotBelow(piles, place);
    piles[at] = { key, place, before: piles[at - 1] ?? null };
  }
  const shared = new Set<string>();
  for (let card = piles.at(-1) ?? null; card !== null; card = card.before) shared.add(card.key);
  return shared;
}

interface Card {
  readonly key: string;
  readonly place: number;
  readonly before: Card | null;
}

function firstNotBelow(piles: readonly Card[], place: number): number {
  let low = 0;
  let high = piles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((piles[middle]?.place ?? place) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
