// Sends a single request now and then to an endpoint that nobody has heard from: it may have mended.
import type { Nanos } from "../../core/clock.ts";
import { FIELD, STRIPE } from "../shared-state.ts";
import type { PickerParts } from "./picker.ts";

const UNHEARD_NS = 5e9;
/** Bounds the cost: at most one pick in so many, so a slow endpoint stays out of the 99th percentile. */
const PICKS_BETWEEN = 500;

export interface Exploration {
  readonly isDue: (index: number, nowNs: Nanos) => boolean;
  readonly picked: (index: number) => void;
}

/** Fading to the mean alone takes a busy fleet some 14 s to notice a mended endpoint; this, 5 s. */
export function createExploration({ endpoints, shared }: PickerParts): Exploration {
  const slots = Int32Array.from(endpoints, (endpoint) => endpoint.slot);
  const lastPicks = new Float64Array(slots.length);
  let picks = 0;
  return {
    isDue(index, nowNs) {
      if (picks - (lastPicks[index] ?? 0) < PICKS_BETWEEN) return false;
      const slot = slots[index] ?? 0;
      const isUnheard = nowNs - shared.read(slot, FIELD.sampledAtNs) > UNHEARD_NS;
      return isUnheard && shared.total(slot, STRIPE.waiting) === 0;
    },
    picked(index) {
      lastPicks[index] = ++picks;
    },
  };
}
