// Patterns of lines that differ in one word made one pattern; pure.
import { ANY_WORD } from "./line-template.ts";

/** Lines of one look; counts are of those that were looked at. */
export interface LookAlikes {
  readonly source: string;
  readonly service: string;
  readonly pattern: string;
  readonly lines: number;
  /** In the period before. */
  readonly before: number;
  /** Milliseconds since the epoch; of the lines, not of those before. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Of SEVERITIES, so that 0 is the worst. */
  readonly severity: number;
  readonly example: string;
  /** Lines by slot of time. */
  readonly slots: readonly number[];
}

/** A word that takes so many values, and nothing else differs, is a variable; a state takes fewer. */
const LEAST_VALUES = 5;
/** Variables of one pattern. */
const ROUNDS = 2;
const MOST_WORDS = 40;

export function mergePatterns(groups: readonly LookAlikes[]): readonly LookAlikes[] {
  let merged = groups;
  for (let round = 0; round < ROUNDS; round++) merged = mergedOnce(merged);
  return merged;
}

function mergedOnce(groups: readonly LookAlikes[]): readonly LookAlikes[] {
  const families = familiesOf(groups).toSorted(([, a], [, b]) => b.length - a.length);
  const taken = new Set<LookAlikes>();
  const made: LookAlikes[] = [];
  for (const [pattern, members] of families) {
    const free = members.filter((group) => !taken.has(group));
    const [first] = free;
    if (first === undefined || free.length < LEAST_VALUES) continue;
    for (const group of free) taken.add(group);
    made.push(free.slice(1).reduce(together, { ...first, pattern }));
  }
  return [...groups.filter((group) => !taken.has(group)), ...made];
}

type Family = readonly [pattern: string, members: readonly LookAlikes[]];

/** By the pattern each would have with one of its words left out. */
function familiesOf(groups: readonly LookAlikes[]): Family[] {
  const families = new Map<string, { readonly pattern: string; readonly members: LookAlikes[] }>();
  for (const group of groups) {
    for (const pattern of withoutOneWord(group.pattern)) {
      const key = JSON.stringify([group.source, group.service, pattern]);
      const family = families.get(key);
      if (family === undefined) families.set(key, { pattern, members: [group] });
      else family.members.push(group);
    }
  }
  return [...families.values()]
    .filter(({ members }) => members.length >= LEAST_VALUES)
    .map(({ pattern, members }) => [pattern, members]);
}

/** A pattern of one or two words would say nothing without one. */
function withoutOneWord(pattern: string): readonly string[] {
  const words = pattern.split(" ");
  if (words.length < 3 || words.length > MOST_WORDS) return [];
  return words.flatMap((word, at) =>
    word === "" || word === ANY_WORD ? [] : [words.with(at, ANY_WORD).join(" ")],
  );
}

function together(a: LookAlikes, b: LookAlikes): LookAlikes {
  return {
    ...a,
    lines: a.lines + b.lines,
    before: a.before + b.before,
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
    severity: Math.min(a.severity, b.severity),
    slots: a.slots.map((lines, at) => lines + (b.slots[at] ?? 0)),
  };
}
