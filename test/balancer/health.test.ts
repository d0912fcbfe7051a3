// Ejection: how long, how many at once, and what is counted against an endpoint.
import { expect, test } from "vitest";
import {
  availability,
  CLOSED,
  eject,
  failedTooOften,
  isPanic,
  mayEject,
  OPEN,
  readmit,
  succeeded,
  TRIAL,
} from "../../src/balancer/health.ts";
import { BALANCE_POLICIES } from "../../src/balancer/options.ts";
import { createSharedMemory, FIELD, SharedState } from "../../src/balancer/shared-state.ts";
import { createTestPool, SECOND } from "./test-pool.ts";

const NOW_NS = 100 * SECOND;

function sharedWith(slots: number): SharedState {
  return new SharedState(createSharedMemory({ workers: 1, capacity: slots }));
}

test.each([
  { chance: 0, jitter: 0.75 },
  { chance: 0.5, jitter: 1 },
  { chance: 1, jitter: 1.25 },
])("each ejection is twice as long, up to 30 s, times $jitter", ({ chance, jitter }) => {
  const shared = sharedWith(1);
  const lengths: number[] = [];
  let nowNs = NOW_NS;
  for (let nth = 0; nth < 8; nth++) {
    eject(shared, 0, { nowNs, random: () => chance });
    const until = shared.read(0, FIELD.ejectedUntilNs);
    lengths.push((until - nowNs) / SECOND / jitter);
    nowNs = until;
  }
  expect(lengths).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((s) => expect.closeTo(s, 6)));
});

test.each([
  { wellSeconds: 59, lastsSeconds: 4 },
  { wellSeconds: 61, lastsSeconds: 1 },
])("after $wellSeconds s in good health it lasts $lastsSeconds s", ({ wellSeconds, ...then }) => {
  const shared = sharedWith(1);
  shared.write(0, FIELD.ejections, 2);
  readmit(shared, 0);
  shared.write(0, FIELD.sinceNs, NOW_NS);
  const nowNs = NOW_NS + wellSeconds * SECOND;
  eject(shared, 0, { nowNs, random: () => 0.5 });
  const lastsNs = shared.read(0, FIELD.ejectedUntilNs) - nowNs;
  expect(lastsNs / SECOND).toBeCloseTo(then.lastsSeconds, 6);
});

test.each([
  { slots: 1, ejected: 0, mayOne: false, panic: false },
  { slots: 2, ejected: 0, mayOne: true, panic: false },
  { slots: 2, ejected: 1, mayOne: false, panic: false },
  { slots: 3, ejected: 1, mayOne: false, panic: false },
  { slots: 3, ejected: 2, mayOne: false, panic: true },
  { slots: 4, ejected: 1, mayOne: true, panic: false },
  { slots: 4, ejected: 2, mayOne: false, panic: false },
  { slots: 4, ejected: 3, mayOne: false, panic: true },
  { slots: 5, ejected: 2, mayOne: false, panic: false },
])("$ejected of $slots ejected", ({ slots, ejected, mayOne, panic }) => {
  const shared = sharedWith(slots);
  const all = Array.from({ length: slots }, (_, slot) => slot);
  for (const slot of all.slice(0, ejected)) shared.setEjectedUntil(slot, NOW_NS);
  expect([mayEject(shared, all), isPanic(shared, all)]).toEqual([mayOne, panic]);
});

test("five failures in a row, and a success between starts the count again", () => {
  const shared = sharedWith(1);
  const fail = (): boolean => failedTooOften(shared, 0, NOW_NS);
  expect([fail(), fail(), fail(), fail()]).toEqual([false, false, false, false]);
  succeeded(shared, 0);
  expect([fail(), fail(), fail(), fail(), fail()]).toEqual([false, false, false, false, true]);
});

test("closed until its time has come, then for one trial at a time", () => {
  const shared = sharedWith(1);
  expect(availability(shared, 0, NOW_NS)).toBe(OPEN);
  shared.setEjectedUntil(0, NOW_NS);
  expect(availability(shared, 0, NOW_NS - 1)).toBe(CLOSED);
  expect(availability(shared, 0, NOW_NS)).toBe(TRIAL);
  expect([shared.claimTrial(0, 0), shared.claimTrial(0, 0)]).toEqual([true, false]);
  expect(availability(shared, 0, NOW_NS)).toBe(CLOSED);
  // What began before the ejection and fails during it does not lengthen it; a failed trial does.
  expect(failedTooOften(shared, 0, NOW_NS - 1)).toBe(false);
  expect(failedTooOften(shared, 0, NOW_NS)).toBe(true);
});

test.each(BALANCE_POLICIES)(
  "%s gives nothing to what is held, in no need, and all again after",
  (policy) => {
    const pool = createTestPool({ policy, weights: [1, 1, 1] });
    const [first = 0, second = 0, third = 0] = pool.endpoints.map(({ slot }) => slot);
    const picked = (tried: readonly number[] = []): ReadonlySet<string> => {
      const leases = Array.from({ length: 60 }, () => pool.lease({ tried }));
      for (const lease of leases) lease?.settle("aborted", pool.nowNs());
      return new Set(leases.map((lease) => lease?.endpoint.url.slice(-1) ?? "none"));
    };
    pool.shared.setHeldUntil(first, pool.nowNs() + SECOND);
    expect(picked()).toEqual(new Set(["2", "3"]));
    // Nobody is well: the others are asked all the same, and who was tried is not asked twice.
    for (const slot of [second, third]) pool.shared.setEjectedUntil(slot, pool.nowNs() + SECOND);
    expect(picked()).toEqual(new Set(["2", "3"]));
    expect(picked([1, 2])).toEqual(new Set(["none"]));
    pool.advance(2 * SECOND);
    for (const slot of [second, third]) pool.shared.setEjectedUntil(slot, 0);
    expect(picked()).toEqual(new Set(["1", "2", "3"]));
  },
);
