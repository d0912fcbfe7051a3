// adaptive: least expected wait from live estimates, in-flight age, weights and statistics.
import type { Nanos } from "../../core/clock.ts";
import { estimateAtNs, fleetMeanNs, waitingAgeNs } from "../estimate.ts";
import { TRIAL } from "../health.ts";
import { statisticsWeightAt } from "../statistics-weight.ts";
import { type ColdStartCap, createColdStartCap } from "./cold-start-cap.ts";
import { createExploration } from "./exploration.ts";
import type { Picker, PickerParts } from "./picker.ts";

/**
 * Below 1, so that latency counts a little more than load; below 0.7 a purely latency-led choice
 * becomes unstable, as Prequal (NSDI 2024, section 5.3) reports too.
 */
const LOAD_EXPONENT = 0.85;
const POWERS: Float64Array = Float64Array.from(
  { length: 1024 },
  (_, load) => load ** LOAD_EXPONENT,
);
/** Puts an endpoint behind all others and still leaves it a candidate. */
const LAST = 1e6;

/** Statistics change by the minute: no need to look at each decision. */
const LOOK_EVERY_NS = 50e6;

/** Estimates take twenty samples to turn, and load is exact at each decision: they may be so old. */
const STANDING_NS = 0.25e6;

/** score = max(estimate, age of waiting attempts) * ((in flight + 1) / weight)^0.85 / statistics. */
export function createAdaptivePicker(parts: PickerParts): Picker {
  const standing = createStanding(parts);
  const cap = createColdStartCap(parts);
  const exploration = createExploration(parts);

  return {
    score({ open, inflight, scores, nowNs }) {
      const units = standing(nowNs);
      const exploredIndex = exploration.due(nowNs);
      cap.refresh(nowNs);
      for (let index = 0; index < units.length; index++) {
        scores[index] = (units[index] ?? 0) * powered((inflight[index] ?? 0) + 1);
      }
      if (cap.holds()) holdBack(scores, cap);
      // These go first: by its own record such an endpoint would not be tried for long.
      if (exploredIndex >= 0) scores[exploredIndex] = 0;
      for (let at = open.indexOf(TRIAL); at >= 0; at = open.indexOf(TRIAL, at + 1)) scores[at] = 0;
    },
    picked(_round, index) {
      cap.picked(index);
      exploration.picked(index);
    },
  };
}

function holdBack(scores: Float64Array, cap: ColdStartCap): void {
  for (let index = 0; index < scores.length; index++) {
    if (cap.isReached(index)) scores[index] = (scores[index] ?? 0) * LAST;
  }
}

/** What each endpoint's score is at no load, by index; looked at anew when it is too old. */
function createStanding({ endpoints, serviceSlot, shared }: PickerParts) {
  const slots = Int32Array.from(endpoints, ({ slot }) => slot);
  const units = new Float64Array(slots.length);
  /** What both weights make of a score. */
  const factors = new Float64Array(slots.length);
  const at = { fleetNs: 0, nowNs: 0 };
  let lookAtNs = 0;
  let weighAtNs = 0;

  const weigh = (nowNs: Nanos): void => {
    weighAtNs = nowNs + LOOK_EVERY_NS;
    endpoints.forEach(({ slot, weight }, index) => {
      factors[index] = weight ** -LOAD_EXPONENT / statisticsWeightAt(shared, slot, nowNs);
    });
  };

  return (nowNs: Nanos): Float64Array => {
    if (nowNs < lookAtNs) return units;
    lookAtNs = nowNs + STANDING_NS;
    if (nowNs >= weighAtNs) weigh(nowNs);
    at.fleetNs = fleetMeanNs(shared, serviceSlot);
    at.nowNs = nowNs;
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index] ?? 0;
      const ageNs = waitingAgeNs(shared, slot, nowNs);
      units[index] = Math.max(estimateAtNs(shared, slot, at), ageNs) * (factors[index] ?? 1);
    }
    return units;
  };
}

function powered(load: number): number {
  return POWERS[load] ?? load ** LOAD_EXPONENT;
}
