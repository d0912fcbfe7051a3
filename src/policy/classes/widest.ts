// Leaves out classes that a wider one of the list already says: the same rule, and the same otherwise.
import type { MergedClass } from "./merge.ts";
import type { ClassSpace } from "./space.ts";

/**
 * A class lies within another if all patterns that match the other match it, too, so that the pattern
 * named for the other one covers both.
 */
export function widestOf<Found>(
  space: ClassSpace,
  classes: readonly MergedClass<Found>[],
  keyOf: (found: Found) => string,
): readonly MergedClass<Found>[] {
  const groups = Map.groupBy(classes, ({ cells, found }) =>
    JSON.stringify([keyOf(found), cells.filter((_, at) => !hasPatterns(space, at))]),
  );
  return [...groups.values()].flatMap((group) => {
    const matched = group.map((each) => ({ each, patterns: patternsOf(space, each) }));
    return matched
      .filter(({ patterns }) => !matched.some((other) => isWithin(patterns, other.patterns)))
      .map(({ each }) => each);
  });
}

type Patterns = readonly ReadonlySet<string>[];

function hasPatterns({ dimensions }: ClassSpace, at: number): boolean {
  return dimensions[at]?.hasPatterns === true;
}

/** Of each field with patterns, those that match. */
function patternsOf(space: ClassSpace, { cells }: MergedClass<unknown>): Patterns {
  return space.dimensions.flatMap((dimension, at) => {
    const [cell = -1] = cells[at] ?? [];
    return dimension.hasPatterns ? [new Set(dimension.cells[cell]?.matching)] : [];
  });
}

/** Strictly: no class lies within itself. */
function isWithin(inner: Patterns, outer: Patterns): boolean {
  const sizes = (patterns: Patterns): number => patterns.reduce((sum, { size }) => sum + size, 0);
  if (sizes(inner) <= sizes(outer)) return false;
  return outer.every((patterns, at) => [...patterns].every((each) => inner[at]?.has(each)));
}
