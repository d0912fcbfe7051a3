// Counts who was not let in, and bounds how many of them become audit rows: a flood must not fill the store.
import type { ProblemCode } from "./problem.ts";

export interface Refusals {
  readonly count: (code: ProblemCode | "too_many_connections") => void;
  /** By code, since the start. */
  readonly counts: ReadonlyMap<string, number>;
  /** Whether there is room for a row of it; what has none is counted until the next row. */
  readonly mayRecord: (code: ProblemCode, nowMs: number) => boolean;
  /** How many had no room since this was asked last. */
  readonly takeUnsaid: () => number;
}

/** At once and in a minute: more than people make, and some 150,000 rows a day at most. */
const ROWS = 100;
const MINUTE_MS = 60_000;

export function createRefusals(): Refusals {
  const counts = new Map<string, number>();
  let left = ROWS;
  let seenMs = 0;
  let unsaid = 0;
  return {
    counts,
    count: (code) => void counts.set(code, (counts.get(code) ?? 0) + 1),
    mayRecord(code, nowMs) {
      left = Math.min(ROWS, left + ((nowMs - seenMs) / MINUTE_MS) * ROWS);
      seenMs = nowMs;
      const hasRoom = code !== "too_many_failures" && left >= 1;
      if (hasRoom) left -= 1;
      else unsaid += 1;
      return hasRoom;
    },
    takeUnsaid() {
      const taken = unsaid;
      unsaid = 0;
      return taken;
    },
  };
}
