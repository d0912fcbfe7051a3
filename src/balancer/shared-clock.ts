// A monotonic clock whose times mean the same in every thread of the process.
import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import type { SharedMemory } from "./shared-state.ts";

/** A thread that was halted between two looks at the time looks again, at most so often. */
const MOST_LOOKS = 8;
/** Two looks with nothing between them take less. */
const HALT_NS = 20_000;

/**
 * Nanoseconds since the shared memory was made. performance.now() starts anew in each thread and
 * timeOrigin follows the wall clock, but process.hrtime is one monotonic clock for the process: it
 * is read as an anchor, and performance.now(), which is cheaper, counts from there. Threads
 * agree within some microseconds.
 */
export function createSharedClock(memory: SharedMemory): Clock {
  const anchorNs = anchorOf(memory.epoch);
  return { nowNs: () => anchorNs + systemClock.nowNs(), wallMs: systemClock.wallMs };
}

/** What the thread's own clock lacks of the time since the epoch. */
function anchorOf(epoch: bigint): number {
  let anchorNs = 0;
  let leastNs = Infinity;
  for (let look = 0; look < MOST_LOOKS && leastNs > HALT_NS; look++) {
    const before = process.hrtime.bigint();
    const nowNs = systemClock.nowNs();
    const tookNs = Number(process.hrtime.bigint() - before);
    if (tookNs >= leastNs) continue;
    leastNs = tookNs;
    anchorNs = Number(before - epoch) - nowNs;
  }
  return anchorNs;
}
