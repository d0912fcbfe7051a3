// The weight that statistics over all replicas give an endpoint, and how it fades.
import type { Nanos } from "../core/clock.ts";
import { FIELD, type SharedState } from "./shared-state.ts";

const NEUTRAL = 1;

/** More than 1 draws traffic, less than 1 sheds it. Fades from `nowNs` to neutral over `fadeNs`. */
export interface StatisticsWeight {
  readonly weight: number;
  readonly nowNs: Nanos;
  readonly fadeNs: Nanos;
}

export function publishStatisticsWeight(
  shared: SharedState,
  slot: number,
  published: StatisticsWeight,
): void {
  shared.write(slot, FIELD.statisticsAtNs, published.nowNs);
  shared.write(slot, FIELD.statisticsFadedAtNs, published.nowNs + published.fadeNs);
  shared.write(slot, FIELD.statisticsWeight, published.weight);
}

export function statisticsWeightAt(shared: SharedState, slot: number, nowNs: Nanos): number {
  const weight = shared.read(slot, FIELD.statisticsWeight);
  const fadedAt = shared.read(slot, FIELD.statisticsFadedAtNs);
  if (weight === 0 || nowNs >= fadedAt) return NEUTRAL;
  const left = (fadedAt - nowNs) / (fadedAt - shared.read(slot, FIELD.statisticsAtNs));
  return NEUTRAL + (weight - NEUTRAL) * Math.min(1, left);
}
