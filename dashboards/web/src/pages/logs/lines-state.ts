// The lines of the list: newest first, in pages that follow each other without gaps.
import type { LinesPage, LogLine } from "./log-line.ts";

export interface ShownLine extends LogLine {
  /** Of this line alone, also where two can't be told apart. */
  readonly key: string;
}

export interface LinesState {
  readonly lines: readonly ShownLine[];
  /** Where older lines go on; null: there are none. */
  readonly next: string | null;
  /** Keys of lines that came last, to mark them as new. */
  readonly fresh: ReadonlySet<string>;
}

export const NO_LINES: LinesState = { lines: [], next: null, fresh: new Set() };

/** The newest page again: what is new goes in front; where more came than it holds, the list begins anew with it. */
export function renewed(state: LinesState, page: LinesPage): LinesState {
  const lines = keyed(page.lines);
  const first = state.lines[0];
  const known = first === undefined ? -1 : lines.findIndex(({ key }) => key === first.key);
  if (known < 0) return { lines, next: page.next, fresh: new Set() };
  // Late lines may stand further down: the page is the truth about its time, what is older stays.
  const last = lines.at(-1);
  const at = state.lines.findIndex(({ key }) => key === last?.key);
  if (at < 0 || page.next === null) return { lines, next: page.next, fresh: freshOf(state, lines) };
  const older = state.lines.slice(at + 1);
  return { lines: [...lines, ...older], next: state.next, fresh: freshOf(state, lines) };
}

function freshOf(state: LinesState, lines: readonly ShownLine[]): ReadonlySet<string> {
  const known = new Set(state.lines.map(({ key }) => key));
  return new Set(lines.filter(({ key }) => !known.has(key)).map(({ key }) => key));
}

/** An older page behind. */
export function extended(state: LinesState, page: LinesPage): LinesState {
  return {
    lines: keyed([...state.lines, ...page.lines]),
    next: page.next,
    fresh: new Set(),
  };
}

function keyed(lines: readonly LogLine[]): readonly ShownLine[] {
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const times = (seen.get(line.id) ?? 0) + 1;
    seen.set(line.id, times);
    return { ...line, key: `${line.id} ${times}` };
  });
}
