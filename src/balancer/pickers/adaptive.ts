// adaptive: least expected wait from live estimates, in-flight age, weights and statistics.
import type { Nanos } from "../../core/clock.ts";
import { estimateAtNs, fleetMeanNs, waitingAgeNs } from "../estimate.ts";
import { CLOSED, TRIAL } from "../health.ts";
import { statisticsWeightAt } from "../statistics-weight.ts";
import { createColdStartCap } from "./cold-start-cap.ts";
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

/** score = max(estimate, age of waiting attempts) * ((in flight + 1) / weight)^0.85 / statistics. */
export function createAdaptivePicker(parts: PickerParts): Picker {
  const { endpoints, serviceSlot, shared } = parts;
  const slots = Int32Array.from(endpoints, (endpoint) => endpoint.slot);
  /** What both weights make of a score. */
  const factors = new Float64Array(slots.length);
  const cap = createColdStartCap(parts);
  const exploration = createExploration(parts);
  const at = { fleetNs: 0, nowNs: 0 };
  let lookAtNs = 0;

  const refreshFactors = (nowNs: Nanos): void => {
    if (nowNs < lookAtNs) return;
    lookAtNs = nowNs + LOOK_EVERY_NS;
    endpoints.forEach(({ slot, weight }, index) => {
      factors[index] = weight ** -LOAD_EXPONENT / statisticsWeightAt(shared, slot, nowNs);
    });
  };

  return {
    score({ open, inflight, scores, nowNs }) {
      at.fleetNs = fleetMeanNs(shared, serviceSlot);
      at.nowNs = nowNs;
      cap.refresh(nowNs);
      refreshFactors(nowNs);
      const exploredIndex = exploration.due(nowNs);
      for (let index = 0; index < slots.length; index++) {
        if (open[index] === CLOSED) continue;
        const slot = slots[index] ?? 0;
        const load = inflight[index] ?? 0;
        const ageNs = load > 0 ? waitingAgeNs(shared, slot, nowNs) : 0;
        const latencyNs = Math.max(estimateAtNs(shared, slot, at), ageNs);
        const score = latencyNs * powered(load + 1) * (factors[index] ?? 1);
        scores[index] = cap.isReached(index) ? score * LAST : score;
        // These go first: by its own record such an endpoint would not be tried for long.
        if (open[index] === TRIAL || index === exploredIndex) scores[index] = 0;
      }
    },
    picked(_round, index) {
      cap.picked(index);
      exploration.picked(index);
    },
  };
}

function powered(load: number): number {
  return POWERS[load] ?? load ** LOAD_EXPONENT;
}
