// How much an endpoint's attempts in flight count: by its weight, which is its share of the work.
import type { Endpoint } from "./picker.ts";

/** Loads that are tabled; whatever is above or between is computed. */
const TABLED = 1024;

/** What one more attempt meets at the endpoint of this index with so many in flight; 1 where idle. */
export type Load = (index: number, inflight: number) => number;

/**
 * (1 + in flight / share)^exponent. An idle endpoint counts 1 whatever its weight: who is heavier
 * takes more at once, not each request sooner.
 */
export function createLoad(endpoints: readonly Endpoint[], exponent: number): Load {
  const shares = sharesOf(endpoints);
  const tables = new Map(shares.map((share) => [share, tableFor(share, exponent)]));
  const byIndex = shares.map((share) => tables.get(share));
  return (index, inflight) =>
    byIndex[index]?.[inflight] ?? (1 + inflight / (shares[index] ?? 1)) ** exponent;
}

/** Weights by their mean: only their ratios count, so that all 100 is the same as all 1. */
export function sharesOf(endpoints: readonly Endpoint[]): readonly number[] {
  const weighty = endpoints.filter(({ weight }) => weight > 0);
  const total = weighty.reduce((sum, { weight }) => sum + weight, 0);
  return endpoints.map(({ weight }) => (weight * weighty.length) / total);
}

function tableFor(share: number, exponent: number): Float64Array {
  return Float64Array.from({ length: TABLED }, (_, inflight) => (1 + inflight / share) ** exponent);
}
