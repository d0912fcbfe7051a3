// What is unusual: by hand, and for any weeks.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anomalyRows, type HourCount } from "../../src/alerts/anomaly.ts";

const hour = (requests: number, errors = 0): HourCount => {
  return { service: "s", route: "r", requests, errors };
};
const OPTIONS = { of: "requests", samples: 3 } as const;

test.each([
  ["twice of what varies little", 200, [100, 102, 98, 101], 9.925],
  ["as usual", 100, [100, 140, 60], 0],
  ["less, of what varies", 100, [1000, 600, 1400, 1100], -3.204],
  ["silence", undefined, [100, 100, 100], -10],
  ["one outlier among the weeks moves nothing", 100, [100, 100, 100, 100_000], 0],
  ["a few where there were none", 3, [0, 0, 0], 3],
])("%s", (...[, now, weeks, score]) => {
  const current = now === undefined ? [] : [hour(now)];
  const [row] = anomalyRows(
    current,
    weeks.map((each) => hour(each)),
    OPTIONS,
  );
  expect(row?.["score"]).toBeCloseTo(score, 1);
  expect(row?.["distance"]).toBe(Math.abs(Number(row?.["score"])));
});

test("a share is compared with shares, and a route that nobody knows is none", () => {
  const weeks = [hour(100, 1), hour(200, 2), hour(50, 0)];
  const unknown = { ...hour(5), route: "new" };
  const rows = anomalyRows([hour(100, 31), unknown], weeks, { of: "error_share", samples: 3 });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ value: 0.31, baseline: 0.01, samples: 3 });
  expect(rows[0]?.["score"]).toBeCloseTo(30, 5);
  expect(anomalyRows([hour(1)], weeks.slice(1), OPTIONS)).toEqual([]);
});

test("the order of the weeks says nothing, and more now never scores less", () => {
  const weeks = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 3, maxLength: 8 });
  const score = (now: number, before: readonly number[]): number =>
    Number(
      anomalyRows(
        [hour(now)],
        before.map((each) => hour(each)),
        OPTIONS,
      )[0]?.["score"],
    );
  fc.assert(
    fc.property(weeks, fc.integer({ min: 0, max: 1e6 }), fc.nat(1e6), (before, now, more) => {
      expect(score(now, before.toReversed())).toBe(score(now, before));
      expect(score(now + more, before)).toBeGreaterThanOrEqual(score(now, before));
    }),
  );
});
