// Runs a group of the oracle: how many policies, from which seed, and what was done, said at the end.
import * as fc from "fast-check";
import { expect } from "vitest";
import { SEED } from "../../support/seed.ts";
import { compare, type PolicyCase } from "./compare.ts";

/** WEIR_FUZZ_RUNS multiplies the decisions. */
export const FUZZ_FACTOR: number = Number(process.env["WEIR_FUZZ_RUNS"] ?? 1);
/** For each policy; the lengths are even over 1 to MOST, so half of it is the mean. */
const MOST_REQUESTS = 100;

/** All groups together. */
export const LEAST_DECISIONS: number = 70_000 * FUZZ_FACTOR;
export const FUZZ_TIMEOUT_MS: number = 300_000 * Math.max(1, FUZZ_FACTOR);

export interface FuzzGroup {
  readonly name: string;
  readonly cases: fc.Arbitrary<PolicyCase>;
  /** Decisions at least; policies that are refused don't count. */
  readonly decisions: number;
  /** Share of the policies that weir accepts at least: a group that is refused whole shows nothing. */
  readonly accepted?: number;
}

/** Shrinks to a small policy with one request; fast-check prints seed and path on failure. */
export async function fuzz({ name, cases, decisions, accepted = 0.9 }: FuzzGroup): Promise<number> {
  const target = decisions * FUZZ_FACTOR;
  const numRuns = Math.ceil((target / (MOST_REQUESTS / 2) / accepted) * 1.1);
  let decided = 0;
  let taken = 0;
  const property = fc.asyncProperty(cases, async (one) => {
    const count = await compare(one);
    decided += count;
    if (count > 0) taken += 1;
  });
  await fc.assert(property, { numRuns, seed: SEED, endOnFailure: false });
  console.log(
    `oracle, ${name}: ${decided} decisions, ${taken} of ${numRuns} policies, seed ${SEED}`,
  );
  // Five standard deviations of chance below what it is made for.
  expect(taken / numRuns).toBeGreaterThan(accepted - 2.5 / Math.sqrt(numRuns));
  return decided;
}

/** Requests of one shape. */
export function requestsOf<Tuple extends readonly string[]>(
  tuple: fc.Arbitrary<Tuple>,
): fc.Arbitrary<Tuple[]> {
  return fc.noBias(fc.array(tuple, { minLength: 1, maxLength: MOST_REQUESTS, size: "max" }));
}
