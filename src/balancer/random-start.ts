// Where the search for the best candidate starts: the first of equal ones from there on is picked.
import type { Random } from "../core/clock.ts";
import type { Endpoint } from "./pickers/picker.ts";

/** An index by chance, in proportion to weight; so idle endpoints that are equals share by weight. */
export function createRandomStart(endpoints: readonly Endpoint[], random: Random): () => number {
  const [first] = endpoints;
  const even = endpoints.every(({ weight }) => weight === first?.weight);
  if (even) return () => Math.floor(random() * endpoints.length);
  const sums: number[] = [];
  let total = 0;
  for (const { weight } of endpoints) sums.push((total += weight));
  return () => {
    const drawn = random() * total;
    return Math.max(
      0,
      sums.findIndex((sum) => drawn < sum),
    );
  };
}
