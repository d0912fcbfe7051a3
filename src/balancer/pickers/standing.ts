// How slow each endpoint counts before its load: estimate, in-flight age and statistics in one.
import type { Nanos } from "../../core/clock.ts";
import { estimateAtNs, fleetMeanNs, waitingAgeNs } from "../estimate.ts";
import { statisticsWeightAt } from "../statistics-weight.ts";
import type { PickerParts } from "./picker.ts";

/** Estimates take twenty samples to turn, and load is exact at each decision: they may be so old. */
const LOOK_EVERY_NS = 0.25e6;
/** Statistics change by the minute. */
const WEIGH_EVERY_NS = 50e6;
/**
 * An average over twenty requests is off by 15 % where service times vary as much as they usually
 * do. Deviations below this are mostly such noise and count for little, larger ones nearly whole:
 * heeding the noise cost a healthy fleet under 90 % load a tenth of its response time (simulated).
 */
const NOISE = 0.4;
/**
 * An attempt that still waits is no full sample: with one in flight every third has waited longer
 * than the average takes. One that hangs soon passes any bound.
 */
const AGE_SHARE = 0.5;

/** By endpoint index, ns; the array is used again at the next call. */
export type Standing = (nowNs: Nanos) => Float64Array;

/** max(estimate without noise, half the age of waiting attempts) / statistics. */
export function createStanding(parts: PickerParts): Standing {
  const { endpoints, serviceSlot, shared } = parts;
  const slots = Int32Array.from(endpoints, ({ slot }) => slot);
  const standing = new Float64Array(slots.length);
  /** What statistics make of it. */
  const factors = new Float64Array(slots.length);
  const at = { fleetNs: 0, nowNs: 0 };
  let lookAtNs = 0;
  let weighAtNs = 0;

  const weigh = (nowNs: Nanos): void => {
    weighAtNs = nowNs + WEIGH_EVERY_NS;
    endpoints.forEach(({ slot }, index) => {
      factors[index] = 1 / statisticsWeightAt(shared, slot, nowNs);
    });
  };

  /** Fills in the estimates; the harmonic mean, which a few slow ones hardly move. */
  const estimate = (): Nanos => {
    let inverse = 0;
    for (let index = 0; index < slots.length; index++) {
      const ns = estimateAtNs(shared, slots[index] ?? 0, at);
      standing[index] = ns;
      inverse += 1 / ns;
    }
    return slots.length / inverse;
  };

  return (nowNs) => {
    if (nowNs < lookAtNs) return standing;
    lookAtNs = nowNs + LOOK_EVERY_NS;
    if (nowNs >= weighAtNs) weigh(nowNs);
    at.fleetNs = fleetMeanNs(shared, serviceSlot);
    at.nowNs = nowNs;
    const typicalNs = estimate();
    for (let index = 0; index < slots.length; index++) {
      const ns = withoutNoise(standing[index] ?? typicalNs, typicalNs);
      const ageNs = waitingAgeNs(shared, slots[index] ?? 0, nowNs) * AGE_SHARE;
      standing[index] = Math.max(ns, ageNs) * (factors[index] ?? 1);
    }
    return standing;
  };
}

/** Draws an estimate to the typical one, the more the nearer it is. */
function withoutNoise(ns: Nanos, typicalNs: Nanos): Nanos {
  const deviation = ns / typicalNs - 1;
  const square = deviation * deviation;
  return typicalNs * (1 + (deviation * square) / (square + NOISE * NOISE));
}
