// adaptive: least expected wait from live estimates, in-flight age, weights and statistics.
import { TRIAL } from "../health.ts";
import { type ColdStartCap, createColdStartCap } from "./cold-start-cap.ts";
import { createExploration } from "./exploration.ts";
import { createLoad } from "./load.ts";
import type { Picker, PickerParts } from "./picker.ts";
import { createStanding } from "./standing.ts";
import { createTurns } from "./turns.ts";

/**
 * Below 1, so that latency counts a little more than load; below 0.7 a purely latency-led choice
 * becomes unstable, as Prequal (NSDI 2024, section 5.3) reports too.
 */
const LOAD_EXPONENT = 0.85;
/** Puts an endpoint behind all others and still leaves it a candidate. */
const LAST = 1e6;

/** score = standing * (1 + in flight / share)^0.85: see standing.ts for what each endpoint is worth unloaded. */
export function createAdaptivePicker(parts: PickerParts): Picker {
  const standing = createStanding(parts);
  const load = createLoad(parts.endpoints, LOAD_EXPONENT);
  const turns = createTurns(parts.endpoints);
  const cap = createColdStartCap(parts);
  const exploration = createExploration(parts);

  return {
    score({ open, inflight, scores, nowNs }) {
      const units = standing(nowNs);
      const exploredIndex = exploration.due(nowNs);
      cap.refresh(nowNs);
      for (let index = 0; index < units.length; index++) {
        const busy = (inflight[index] ?? 0) + turns.of(index);
        scores[index] = (units[index] ?? 0) * load(index, busy);
      }
      if (cap.holds()) holdBack(scores, cap);
      // These go first: by its own record such an endpoint would not be tried for long.
      if (exploredIndex >= 0) scores[exploredIndex] = 0;
      for (let at = open.indexOf(TRIAL); at >= 0; at = open.indexOf(TRIAL, at + 1)) scores[at] = 0;
    },
    picked(_round, index) {
      cap.picked(index);
      turns.picked(index);
      exploration.picked(index);
    },
  };
}

function holdBack(scores: Float64Array, cap: ColdStartCap): void {
  for (let index = 0; index < scores.length; index++) {
    if (cap.isReached(index)) scores[index] = (scores[index] ?? 0) * LAST;
  }
}
