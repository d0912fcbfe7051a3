// Remembers decisions by request tuple: bounded, and owned by one snapshot, so never stale.
import type { Decision } from "./snapshot.ts";
import type { RequestTuple } from "./tuple.ts";

type Decide = (tuple: RequestTuple) => Decision;

/** Longer keys are decided anew each time, so that nobody can fill memory with long paths. */
const MAX_KEY_CHARS = 512;

/**
 * Two generations of `size` / 2: when the young one is full it becomes the old one, and what is used
 * again moves back. Nearly as good as LRU, at the cost of one Map look-up for a hit.
 */
export function createDecisionCache(size: number, evaluate: Decide): { readonly decide: Decide } {
  const generation = size >> 1;
  let young = new Map<string, Decision>();
  let old = new Map<string, Decision>();
  const remember = (key: string, decision: Decision): Decision => {
    if (young.size >= generation) {
      old = young;
      young = new Map();
    }
    young.set(key, decision);
    return decision;
  };
  const decide: Decide = (tuple) => {
    const key = tupleKey(tuple);
    if (key === null) return evaluate(tuple);
    const known = young.get(key);
    if (known !== undefined) return known;
    if (key.length > MAX_KEY_CHARS) return evaluate(tuple);
    const former = old.get(key);
    if (former !== undefined) return remember(key, former);
    const decision = evaluate(tuple);
    return decision.effect === "error" ? decision : remember(key, decision);
  };
  return { decide: generation > 0 ? decide : evaluate };
}

/** Fields with their lengths in front, so that no two tuples share a key (S5); null: not all are strings. */
function tupleKey(tuple: RequestTuple): string | null {
  let key = "";
  for (const field of tuple) {
    if (typeof field !== "string") return null;
    key += `${field.length}:${field}`;
  }
  return key;
}
