// Which times are believed: one row with a year of its own would cost the store a partition.
import type { Instant } from "../otlp/numbers.ts";

/** 2000-01-01T00:00:00Z */
const EARLIEST_S = 946_684_800;
/** Clocks go wrong by zones, not by days. */
const AHEAD_S = 86_400;

export function isBelievable({ seconds }: Pick<Instant, "seconds">, nowMs: number): boolean {
  return seconds >= EARLIEST_S && seconds <= nowMs / 1000 + AHEAD_S;
}

/** The end of what a DateTime64(9) holds, in 2262. */
const LATEST_S = 9_223_372_035;

/** Of times that only stand beside another one: what can't be stored is the epoch. */
export function storable(instant: Instant): Instant {
  if (instant.seconds > LATEST_S) instant.set(0, 0);
  return instant;
}
