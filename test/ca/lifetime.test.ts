// When certificates begin, end and are renewed: whole seconds, never beyond the CA, and always before the end.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lifetimeAt, renewalMs, retryDelayMs } from "../../src/ca/lifetime.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 22, 9, 30, 0, 400);
const CA = { notBeforeMs: NOW - 400 - 60_000, notAfterMs: NOW - 400 + 100 * HOUR };

test.each([
  { lifeMs: 24 * HOUR, backMs: 60_000, what: "backdated to the CA's own begin" },
  { lifeMs: 5 * 60_000, backMs: 30_000, what: "backdated by a tenth" },
  { lifeMs: 4_000, backMs: 0, what: "too short to backdate" },
])("a life of $lifeMs ms is $what", ({ lifeMs, backMs }) => {
  const notBeforeMs = NOW - 400 - backMs;
  expect(lifetimeAt(NOW, lifeMs, CA)).toEqual({ notBeforeMs, notAfterMs: notBeforeMs + lifeMs });
});

test("at most 5 minutes back, and not after the CA's end", () => {
  const old = { notBeforeMs: 0, notAfterMs: NOW - 400 + HOUR };
  expect(lifetimeAt(NOW, 24 * HOUR, old)).toEqual({
    notBeforeMs: NOW - 400 - 5 * 60_000,
    notAfterMs: old.notAfterMs,
  });
});

test("renewal comes at two thirds of life or a little later; tries after failures fit in before the end", () => {
  const life = fc.integer({ min: 2_000, max: 400 * 24 * HOUR });
  fc.assert(
    fc.property(life, fc.double({ min: 0, max: 0.999, noNaN: true }), (lifeMs, chance) => {
      const dueMs = renewalMs({ notBeforeMs: 0, notAfterMs: lifeMs }, chance);
      expect(dueMs).toBeGreaterThanOrEqual((lifeMs * 2) / 3);
      expect(dueMs).toBeLessThan(lifeMs * 0.72);
      let tries = 0;
      for (let at = dueMs; at < lifeMs && tries < 6; tries++) {
        at += retryDelayMs(tries + 1, lifeMs - at);
      }
      // A life of seconds leaves no time for more.
      expect(tries).toBeGreaterThanOrEqual(lifeMs < 20_000 ? 1 : 5);
    }),
  );
});

test("what has expired is tried again ever more slowly, and at least every five minutes", () => {
  expect([1, 2, 3, 12, 1000].map((failures) => retryDelayMs(failures, -1))).toEqual([
    1_000, 2_000, 4_000, 300_000, 300_000,
  ]);
});
