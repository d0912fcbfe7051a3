// Says in words which values of a field a class has: names, "any but", or the patterns that match.
import type { Cell, Dimension } from "./dimension.ts";

export interface DescribedValues {
  readonly text: string;
  /** One of them: a name rather than a role, and a role rather than a star. */
  readonly example: string;
  /** Those that policies name. */
  readonly names: readonly string[];
  /** Whether it has values that no policy names. */
  readonly others: boolean;
  /** All patterns that match them, and no other does; empty for a field without patterns. */
  readonly patterns: readonly string[];
}

/** More names are counted. */
const MOST_NAMES = 8;

/** `last` are names that are better told last: roles behind those who hold them. */
export function describeCells(
  dimension: Dimension,
  positions: readonly number[],
  last: ReadonlySet<string>,
): DescribedValues {
  const cells = positions.map((at) => dimension.cells[at]).filter((cell) => cell !== undefined);
  const names = inTellingOrder(cells, last);
  const others = cells.some(({ isOpen }) => isOpen);
  return {
    text: dimension.hasPatterns
      ? cells.map((cell) => patternText(dimension, cell)).join(", ")
      : namesText(dimension, { cells, names, others }),
    example: exampleOf(cells, names),
    names,
    others,
    patterns: dimension.hasPatterns
      ? [...new Set(cells.flatMap(({ matching }) => matching))].map(textOf)
      : [],
  };
}

function exampleOf(cells: readonly Cell[], names: readonly string[]): string {
  const open = cells.find(({ isOpen }) => isOpen) ?? cells[0];
  return names.find((name) => name !== "*" && name !== "") ?? open?.value ?? "";
}

function inTellingOrder(cells: readonly Cell[], last: ReadonlySet<string>): readonly string[] {
  const names = cells.flatMap((cell) => cell.names);
  return [...names.filter((name) => !last.has(name)), ...names.filter((name) => last.has(name))];
}

interface Told {
  readonly cells: readonly Cell[];
  readonly names: readonly string[];
  readonly others: boolean;
}

function namesText(dimension: Dimension, { cells, names, others }: Told): string {
  if (!others) return listText(names);
  const excluded = dimension.cells
    .filter((cell) => !cells.includes(cell))
    .flatMap((cell) => cell.names);
  if (excluded.length === 0) return "any";
  if (excluded.length <= Math.max(names.length, MOST_NAMES / 2))
    return `any but ${listText(excluded)}`;
  return names.length === 0 ? "any other" : `${listText(names)}, any other`;
}

function listText(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => (name === "" ? '""' : name));
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** The narrowest of the patterns that match: those that no other lies within. */
function patternText({ matchedBy }: Dimension, { names: [name], matching }: Cell): string {
  if (name !== undefined) return name === "" ? '""' : name;
  if (matching.length === 0) return "anything else";
  const extents = matching.map((key) => ({ key, cells: new Set(matchedBy.get(key)) }));
  const narrowest = extents.filter(({ cells }, at) =>
    extents.every((other, place) => {
      if (!within(other.cells, cells)) return true;
      // Of patterns that match the same, the first one speaks for all.
      return other.cells.size === cells.size && place >= at;
    }),
  );
  return narrowest.map(({ key }) => textOf(key)).join(" and ");
}

function within(inner: ReadonlySet<number>, outer: ReadonlySet<number>): boolean {
  return inner.size <= outer.size && [...inner].every((cell) => outer.has(cell));
}

function textOf(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}
