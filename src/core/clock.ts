// Time and chance as inputs, so that every core that uses them can be tested without either.

/** Nanoseconds as a double: exact below 2^53 (104 days of monotonic time). */
export type Nanos = number;

export interface Clock {
  /** Monotonic nanoseconds from an arbitrary start; for durations only. */
  readonly nowNs: () => Nanos;
  /** Wall time in milliseconds since the Unix epoch, with a fraction. */
  readonly wallMs: () => number;
}

/** A uniformly distributed double in [0, 1). */
export type Random = () => number;

const NANOS_PER_MILLI = 1e6;

export const systemClock: Clock = {
  nowNs: () => performance.now() * NANOS_PER_MILLI,
  wallMs: () => performance.timeOrigin + performance.now(),
};

/**
 * A small seeded generator (mulberry32) for tests, simulations and load generators;
 * not for anything secret.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
