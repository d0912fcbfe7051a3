// A monotonic clock whose times mean the same in every thread of the process.
import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import type { SharedMemory } from "./shared-state.ts";

/**
 * Nanoseconds since the shared memory was made. performance.now() starts anew in each thread and
 * timeOrigin follows the wall clock, but process.hrtime is one monotonic clock for the process: it
 * is read once as an anchor, and performance.now(), which is cheaper, counts from there. Threads
 * agree within some microseconds.
 */
export function createSharedClock(memory: SharedMemory): Clock {
  const anchorNs = Number(process.hrtime.bigint() - memory.epoch) - systemClock.nowNs();
  return { nowNs: () => anchorNs + systemClock.nowNs(), wallMs: systemClock.wallMs };
}
