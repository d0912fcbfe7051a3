// What a pattern of one of casbin's matching functions matches, as plain sequences.
import { pathExpression } from "../functions/patterns.ts";
import { ANY, type Atom, except, literal, literals, type Sequence } from "./atom.ts";
import { sequencesOf } from "./sequences.ts";

/** null where a pattern can't be said in sequences. */
type ReadPattern = (pattern: string) => readonly Sequence[] | null;

const ANYTHING: Atom = { ...ANY, many: true };

const READERS: ReadonlyMap<string, ReadPattern> = new Map<string, ReadPattern>([
  ["==", (text) => [literals(text)]],
  ["keyMatch", prefixLanguage],
  ["keyMatch2", (pattern) => sequencesOf(pathExpression("keyMatch2", pattern))],
  ["keyMatch3", (pattern) => sequencesOf(pathExpression("keyMatch3", pattern))],
  ["keyMatch4", distinctLanguage],
  ["keyMatch5", withoutQuery],
  ["regexMatch", sequencesOf],
]);

/** Whether patterns of this function can be compared at all; "==" stands for equality. */
export function isComparable(functionName: string): boolean {
  return READERS.has(functionName);
}

/** For texts without line breaks, which no path, method or name has. */
export function patternLanguage(functionName: string, pattern: string): readonly Sequence[] | null {
  return READERS.get(functionName)?.(pattern) ?? null;
}

/** All that begins like the pattern up to its first star. */
function prefixLanguage(pattern: string): readonly Sequence[] {
  const star = pattern.indexOf("*");
  if (star < 0) return [literals(pattern)];
  return [[...literals(pattern.slice(0, star)), ANYTHING]];
}

/** Parameters of one name must be equal, which no sequence says. */
function distinctLanguage(pattern: string): readonly Sequence[] | null {
  const names = pattern.match(/\{[^/{}]+\}/g) ?? [];
  if (new Set(names).size < names.length) return null;
  return sequencesOf(pathExpression("keyMatch3", pattern));
}

/** keyMatch5 looks at what stands before the query alone. */
function withoutQuery(pattern: string): readonly Sequence[] | null {
  const whole = sequencesOf(pathExpression("keyMatch3", pattern));
  if (whole === null) return null;
  return whole.flatMap((sequence) => {
    // One that must be a question mark can't be matched; one that may be is left out.
    if (sequence.some((atom) => !atom.many && atom.literal === "?")) return [];
    const path = sequence.map((atom) => except(atom, "?")).filter((atom) => atom !== null);
    return [path, [...path, literal("?"), ANYTHING]];
  });
}
