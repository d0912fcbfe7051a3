// Loaded policies, and which class a request is in, asked of casbin's functions instead of our cells.
import type { Dimension } from "../../../src/policy/classes/dimension.ts";
import {
  diffPolicies,
  type LoadedPolicy,
  type PolicyDiff,
} from "../../../src/policy/classes/diff.ts";
import type { MergedClass } from "../../../src/policy/classes/merge.ts";
import type { ClassSpace } from "../../../src/policy/classes/space.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { matchingFunctions } from "../../../src/policy/functions/matching-functions.ts";
import { sourceOf } from "../support.ts";

const functions = matchingFunctions();

/** null where it is refused. */
export async function tryLoad(model: string, rules: string): Promise<LoadedPolicy | null> {
  const load = await loadPolicy(sourceOf(model, rules), { request: null });
  return load.ok ? load : null;
}

export async function mustLoad(model: string, rules: string): Promise<LoadedPolicy> {
  const load = await loadPolicy(sourceOf(model, rules), { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults, null, 1));
  return load;
}

export function mustDiff(
  old: LoadedPolicy,
  young: LoadedPolicy,
  only: readonly (string | null)[] = [],
): PolicyDiff {
  const result = diffPolicies(old, young, only);
  if (!result.ok) throw new Error(result.message);
  return result.diff;
}

/** Whether casbin's function of that name matches; "==" is equality. */
function isMatch(functionName: string, text: string, pattern: string): boolean {
  if (functionName === "==") return text === pattern;
  return functions.get(functionName)?.(text, pattern) === true;
}

/** The cell of a value: the one that names it, or the open one whose patterns match it. */
function cellWith(value: string, { cells, matchedBy }: Dimension): number {
  const named = cells.findIndex(({ names }) => names.includes(value));
  if (named >= 0) return named;
  const matching = [...matchedBy.keys()].filter((key) => {
    const cut = key.indexOf(" ");
    return isMatch(key.slice(0, cut), value, key.slice(cut + 1));
  });
  const wanted = matching.toSorted().join("\n");
  return cells.findIndex((cell) => cell.isOpen && cell.matching.toSorted().join("\n") === wanted);
}

/** Whether a request belongs to one of these classes. */
export function isIn(
  request: readonly string[],
  { dimensions }: ClassSpace,
  classes: readonly MergedClass<unknown>[],
): boolean {
  const place = request.map((value, at) => cellWith(value, dimensions[at]!));
  if (place.includes(-1)) throw new Error(`no cell for ${JSON.stringify(request)}`);
  return classes.some(({ cells }) => place.every((cell, at) => cells[at]?.includes(cell)));
}
