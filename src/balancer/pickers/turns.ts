// Recent picks, so that endpoints of unequal weight share by weight while little is in flight.
import { sharesOf } from "./load.ts";
import type { Endpoint } from "./picker.ts";

export interface Turns {
  /** Picks of late, in attempts: added to what is in flight. */
  readonly of: (index: number) => number;
  readonly picked: (index: number) => void;
}

/** Rounds neither for the light nor for the heavy, as Webster and Sainte-Laguë divide seats. */
const HALF_A_TURN = 0.5;
const NO_TURNS: Turns = { of: () => 0, picked: () => undefined };

/**
 * Estimates of equals differ by chance, and the lowest would take every request that comes alone:
 * fair among equal weights in the long run, never among unequal ones. A recent pick counts like an
 * attempt in flight, which makes shares follow weights, and latency only where it differs clearly.
 */
export function createTurns(endpoints: readonly Endpoint[]): Turns {
  const shares = sharesOf(endpoints).filter((share) => share > 0);
  const least = Math.min(...shares);
  if (least === Math.max(...shares)) return NO_TURNS;
  const turns = new Float64Array(endpoints.length);
  // So many picks that the lightest has one among them.
  const kept = 1 - least / shares.length;
  return {
    of: (index) => (turns[index] ?? 0) + HALF_A_TURN,
    picked(index) {
      for (let at = 0; at < turns.length; at++) turns[at] = (turns[at] ?? 0) * kept;
      turns[index] = (turns[index] ?? 0) + 1;
    },
  };
}
