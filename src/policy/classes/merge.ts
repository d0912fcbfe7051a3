// Joins classes that differ in one field only, so that a list of them is short enough to read.
import { entry } from "../../core/entry.ts";
import type { ClassCells, ClassSpace } from "./space.ts";

export interface FoundClass<Found> {
  readonly cells: ClassCells;
  readonly found: Found;
}

/** All combinations of the cells of each dimension. */
export interface MergedClass<Found> {
  readonly cells: readonly (readonly number[])[];
  readonly found: Found;
}

/**
 * Along each field without patterns, callers first: paths stay apart, each with its own example. Only
 * classes of the same `keyOf` are joined; the order is that of the first of each.
 */
export function mergeClasses<Found>(
  { dimensions }: ClassSpace,
  classes: readonly FoundClass<Found>[],
  keyOf: (found: Found) => string,
): readonly MergedClass<Found>[] {
  let merged: readonly MergedClass<Found>[] = classes.map(({ cells, found }) => ({
    cells: cells.map((cell) => [cell]),
    found,
  }));
  for (const [at, { hasPatterns }] of dimensions.entries()) {
    if (!hasPatterns) merged = mergedAlong(at, merged, keyOf);
  }
  return merged;
}

function mergedAlong<Found>(
  at: number,
  classes: readonly MergedClass<Found>[],
  keyOf: (found: Found) => string,
): readonly MergedClass<Found>[] {
  const groups = new Map<string, MergedClass<Found>[]>();
  for (const each of classes) {
    const key = `${JSON.stringify(each.cells.with(at, []))} ${keyOf(each.found)}`;
    entry(groups, key, () => []).push(each);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const joined = group.flatMap(({ cells }) => cells[at] ?? []).sort((one, two) => one - two);
    return [{ ...first, cells: first.cells.with(at, joined) }];
  });
}
