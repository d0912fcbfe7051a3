// How much an endpoint's attempts in flight count: by its weight, which is its share of the work.
import type { Endpoint } from "./picker.ts";

/** Loads that are tabled; whatever is above is computed. */
const TABLED = 1024;

/** What one more attempt meets at the endpoint of this index with so many in flight; 1 where idle. */
export type Load = (index: number, inflight: number) => number;

/**
 * (1 + in flight / weight)^exponent. An idle endpoint counts 1 whatever its weight: who is heavier
 * takes more at once, not each request sooner. Chance by weight decides between idle ones.
 */
export function createLoad(endpoints: readonly Endpoint[], exponent: number): Load {
  const tables = new Map<number, Float64Array>();
  const tableOf = ({ weight }: Endpoint): Float64Array => {
    const known = tables.get(weight) ?? tableFor(weight, exponent);
    tables.set(weight, known);
    return known;
  };
  const byIndex = endpoints.map(tableOf);
  return (index, inflight) =>
    byIndex[index]?.[inflight] ?? (1 + inflight / (endpoints[index]?.weight ?? 1)) ** exponent;
}

function tableFor(weight: number, exponent: number): Float64Array {
  return Float64Array.from(
    { length: TABLED },
    (_, inflight) => (1 + inflight / weight) ** exponent,
  );
}
