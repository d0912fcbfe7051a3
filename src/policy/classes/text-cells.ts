// The finitely many kinds of text that a set of patterns can tell apart, with a shortest example each.
import { acceptedAt, alphabetAt, keyOf, type PatternGraph, type Place } from "./pattern-graph.ts";

export interface TextCell {
  /** One of its texts: a path in normal form if there is one, and a shortest one. */
  readonly example: string;
  /** The patterns that match each of its texts; no other does. */
  readonly matching: readonly number[];
}

/** Characters to follow, times the nodes that follow them; some ten seconds. */
const MAX_WORK = 20_000_000;

/** What can be read from a place, by character. */
interface Spot {
  readonly accepted: readonly number[];
  readonly next: readonly (readonly [char: string, spot: Spot])[];
}

/**
 * All cells: each text without line breaks is in exactly one. The subset construction over the
 * patterns' graph (Rabin and Scott 1959), and its places grouped by what they accept. null where
 * the patterns overlap in so many ways that this takes too long.
 */
export function textCells(graph: PatternGraph, mostWork = MAX_WORK): readonly TextCell[] | null {
  const root = explore(graph, mostWork);
  if (root === null) return null;
  const cells = new Map<string, TextCell>();
  const note = (spot: Spot, text: () => string): void => {
    const key = spot.accepted.join(" ");
    if (!cells.has(key)) cells.set(key, { example: text(), matching: spot.accepted });
  };
  walk(root, NORMAL_PATHS, note);
  walk(root, ANY_TEXT, note);
  return [...cells.values()];
}

function explore(graph: PatternGraph, mostWork: number): Spot | null {
  const spots = new Map<string, Spot>();
  const open: { readonly place: Place; readonly next: [string, Spot][] }[] = [];
  const spotAt = (place: Place): Spot => {
    const key = keyOf(place);
    const known = spots.get(key);
    if (known !== undefined) return known;
    const next: [string, Spot][] = [];
    const made = { accepted: acceptedAt(place), next };
    spots.set(key, made);
    open.push({ place, next });
    return made;
  };
  const root = spotAt(graph.start());
  let work = 0;
  for (const { place, next } of open) {
    const alphabet = alphabetAt(place);
    work += place.length * alphabet.size;
    if (work > mostWork) return null;
    for (const char of alphabet) next.push([char, spotAt(graph.step(place, char))]);
  }
  return root;
}

/** Which texts a walk reads: by the last character, whether one may follow, and whether it may end. */
interface Grammar {
  readonly mayFollow: (last: string, char: string) => boolean;
  readonly mayEnd: (last: string, isSingle: boolean) => boolean;
}

const ANY_TEXT: Grammar = { mayFollow: () => true, mayEnd: () => true };
/** "/", or segments that are not empty: the examples a reader expects. */
const NORMAL_PATHS: Grammar = {
  mayFollow: (last, char) =>
    last === "" || last === "/" ? (last === "") === (char === "/") : true,
  mayEnd: (last, isSingle) => last !== "" && (last !== "/" || isSingle),
};

interface Step {
  readonly spot: Spot;
  readonly char: string;
  readonly before: Step | null;
}

/** Breadth-first, so that what is noted first is shortest. */
function walk(
  root: Spot,
  { mayFollow, mayEnd }: Grammar,
  note: (spot: Spot, text: () => string) => void,
): void {
  const seen = [new Set<Spot>([root]), new Set<Spot>()] as const;
  const steps: Step[] = [{ spot: root, char: "", before: null }];
  for (const step of steps) {
    const { spot, char: last, before } = step;
    if (mayEnd(last, before?.before === null)) note(spot, () => textOf(step));
    for (const [char, next] of spot.next) {
      const known = seen[char === "/" ? 1 : 0];
      if (known.has(next) || !mayFollow(last, char)) continue;
      known.add(next);
      steps.push({ spot: next, char, before: step });
    }
  }
}

function textOf(last: Step): string {
  let text = "";
  for (let step: Step | null = last; step !== null; step = step.before) text = step.char + text;
  return text;
}
