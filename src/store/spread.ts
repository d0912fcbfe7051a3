// Cuts parts evenly out of a window, so that a question over any number of rows reads only so many; pure.
import type { Slice } from "./time-slices.ts";

/** A part of a window, how many rows of it are meant, and how many it has. */
export interface Step extends Slice {
  /** From the window's beginning on. */
  readonly at: number;
  readonly rows: number;
  readonly all: number;
}

export interface Sample {
  readonly parts: readonly Slice[];
  /** Of the rows in the parts one in so many is to be taken. */
  readonly every: number;
}

export interface Spread {
  readonly parts: readonly Slice[];
  /** Of the window's time that the parts have, above 0 to 1: what is counted in them over this is about all. */
  readonly share: number;
}

/** Enough for no hour of the day or the week to be passed over. */
const PARTS = 48;

/** `rows`: about how many there are in the window; `most`: how many are to be read. The whole window where it may be. */
export function spreadOver(window: Slice, rows: number, most: number): Spread {
  const { sinceMs, untilMs } = window;
  const lengthMs = untilMs - sinceMs;
  const stepMs = lengthMs / PARTS;
  const takenMs = Math.max(1, Math.floor((stepMs * most) / Math.max(rows, 1)));
  if (rows <= most || takenMs >= stepMs) return { parts: [window], share: 1 };
  const parts = Array.from({ length: PARTS }, (_, at) => {
    // From the middle of its step: what happens at full hours is neither always in nor always out.
    const startMs = Math.floor(sinceMs + (at + 0.5) * stepMs - takenMs / 2);
    return { sinceMs: startMs, untilMs: startMs + takenMs };
  });
  return { parts, share: (takenMs * PARTS) / lengthMs };
}

export interface SampleBounds {
  /** Rows that are wanted. */
  readonly rows: number;
  /** Rows that may be read to get them. */
  readonly read: number;
}

/** What finding a step's first and last rows reads besides: a granule of ClickHouse's at each end. */
const READ_BESIDES = 2 * 8192;

/**
 * Steps with about so many rows, evenly spread over those that have any, since rows that lie together are read
 * together; of what is too many still some by chance. Two samples of the same steps share most of them.
 */
export function sampleOf(steps: readonly Step[], most: SampleBounds): Sample {
  const all = steps.reduce((sum, step) => sum + step.all, 0);
  const mostRead = all <= most.read ? Infinity : most.read;
  const chosen: Step[] = [];
  let [rows, read] = [0, 0];
  for (const step of spreadOut(steps.filter((each) => each.rows > 0))) {
    if (rows >= most.rows || read >= mostRead) break;
    chosen.push(step);
    rows += step.rows;
    read += step.all + READ_BESIDES;
  }
  return { parts: chosen, every: Math.max(1, Math.ceil(rows / most.rows)) };
}

/** In the order of van der Corput's sequence (1935): wherever one stops, what came is spread evenly. */
function spreadOut(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => reversed(a.at) - reversed(b.at));
}

/** The lowest 16 bits, the last one first. */
function reversed(at: number): number {
  let out = 0;
  for (let bit = 0; bit < 16; bit++) out = (out << 1) | ((at >> bit) & 1);
  return out;
}

/** Whether `column`, a DateTime64, is in one of the parts: SQL that the primary key understands. */
export function withinParts(column: string, { parts }: Pick<Spread, "parts">): string {
  if (parts.length === 0) return "false";
  const conditions = parts.map(({ sinceMs, untilMs }) => {
    return `(${column} >= ${moment(sinceMs)} AND ${column} < ${moment(untilMs)})`;
  });
  return `(${conditions.join(" OR ")})`;
}

function moment(ms: number): string {
  return `fromUnixTimestamp64Milli(${Math.trunc(ms)}, 'UTC')`;
}
