// The averages behind every latency-aware decision, against their formulas.
import { expect, test } from "vitest";
import {
  estimateAtNs,
  fleetMeanNs,
  observeFailure,
  observeFleet,
  observeSuccess,
} from "../../src/balancer/estimate.ts";
import { createLoad } from "../../src/balancer/pickers/load.ts";
import { createSharedMemory, FIELD, SharedState } from "../../src/balancer/shared-state.ts";
import { createTestPool, MS, SECOND } from "./test-pool.ts";

const SERVICE = 0;
const SLOT = 1;

/** One endpoint's slot, last heard of at 0 with this estimate. */
function known(estimateNs: number): SharedState {
  const shared = new SharedState(createSharedMemory({ workers: 1, capacity: 2 }));
  shared.write(SLOT, FIELD.estimateNs, estimateNs);
  return shared;
}

test.each([
  { sinceNs: 0, weight: 1 / 20 },
  { sinceNs: 0.1 * SECOND, weight: 1 - Math.exp(-0.05) * 0.95 },
  { sinceNs: 2 * SECOND, weight: 1 - Math.exp(-1) * 0.95 },
  { sinceNs: 10 * SECOND, weight: 1 - Math.exp(-5) * 0.95 },
  { sinceNs: -1 * SECOND, weight: 1 / 20 },
])("a sample $sinceNs ns after the last one weighs $weight", ({ sinceNs, weight }) => {
  const shared = known(10 * MS);
  observeSuccess(shared, SLOT, { ns: 110 * MS, atNs: sinceNs });
  expect(shared.read(SLOT, FIELD.estimateNs)).toBeCloseTo((10 + 100 * weight) * MS, 0);
});

test("the first sample is the estimate", () => {
  const shared = known(0);
  observeSuccess(shared, SLOT, { ns: 7 * MS, atNs: 0 });
  expect(shared.read(SLOT, FIELD.estimateNs)).toBe(7 * MS);
});

test.each([
  { name: "a fast failure counts as twenty times the mean", observedNs: 1 * MS, cost: 200 * MS },
  { name: "a slow one as what it took", observedNs: 500 * MS, cost: 500 * MS },
])("$name, a fifth of it", ({ observedNs, cost }) => {
  for (const [before, from] of [[30 * MS, 30 * MS] as const, [0, 10 * MS] as const]) {
    const shared = known(before);
    observeFailure(shared, SLOT, { observedNs, fleetNs: 10 * MS, atNs: 0 });
    expect(shared.read(SLOT, FIELD.estimateNs)).toBeCloseTo(from + (cost - from) * 0.2, 0);
  }
});

test("the fleet's mean: a thousand samples weigh alike, each later one a thousandth", () => {
  const shared = known(0);
  expect(fleetMeanNs(shared, SERVICE)).toBe(100 * MS);
  for (let nth = 0; nth < 1000; nth++) observeFleet(shared, SERVICE, nth % 2 ? 10 * MS : 30 * MS);
  expect(fleetMeanNs(shared, SERVICE)).toBeCloseTo(20 * MS, 0);
  observeFleet(shared, SERVICE, 1020 * MS);
  expect(fleetMeanNs(shared, SERVICE)).toBeCloseTo(21 * MS, 0);
});

test.each([
  { name: "unknown", estimateNs: 0, ageNs: 0, expectedNs: 20 * MS },
  { name: "fresh", estimateNs: 60 * MS, ageNs: 1 * SECOND, expectedNs: 60 * MS },
  { name: "5 s old", estimateNs: 60 * MS, ageNs: 5 * SECOND, expectedNs: 60 * MS },
  {
    name: "10 s old",
    estimateNs: 60 * MS,
    ageNs: 10 * SECOND,
    expectedNs: (20 + 40 * Math.exp(-1)) * MS,
  },
  {
    name: "10 s old and good: no better than it was",
    estimateNs: 5 * MS,
    ageNs: 10 * SECOND,
    expectedNs: (20 - 15 * Math.exp(-1)) * MS,
  },
  { name: "minutes old", estimateNs: 60 * MS, ageNs: 300 * SECOND, expectedNs: 20 * MS },
])("at a mean of 20 ms an estimate that is $name", ({ estimateNs, ageNs, expectedNs }) => {
  const at = { fleetNs: 20 * MS, nowNs: ageNs };
  expect(estimateAtNs(known(estimateNs), SLOT, at)).toBeCloseTo(expectedNs, 0);
});

test.each([
  { inflight: 0, weights: [1, 1], load: 1 },
  { inflight: 1, weights: [1, 1], load: 2 ** 0.85 },
  { inflight: 7, weights: [100, 100], load: 8 ** 0.85 },
  { inflight: 6, weights: [3, 1], load: 5 ** 0.85 },
  { inflight: 5000, weights: [1, 1], load: 5001 ** 0.85 },
])("$inflight in flight at the first of weights $weights", ({ inflight, weights, load }) => {
  const endpoints = weights.map((weight, slot) => ({ url: "", slot, weight }));
  expect(createLoad(endpoints, 0.85)(0, inflight)).toBeCloseTo(load, 9);
});

test("adaptive: among equals the score grows with (in flight + 1)^0.85", () => {
  const pool = createTestPool({ policy: "adaptive", weights: [1, 1] });
  // Of unknown endpoints: each counts as the mean, 100 ms.
  for (let nth = 0; nth < 10; nth++) {
    const { scores, inflight } = pool.lease()!;
    expect(scores).toEqual(
      inflight.map((busy) => expect.closeTo(100 * MS * (busy + 1) ** 0.85, 0)),
    );
  }
});
