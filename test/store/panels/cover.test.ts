// A window is read from sums once each, wherever it begins and whatever of the coarser sums is whole.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Closings, SUM_GRAINS_S } from "../../../src/store/closings.ts";
import { coverOf, withinCover } from "../../../src/store/panels/cover.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const ALL = new Map<number, number>(SUM_GRAINS_S.map((grain) => [grain, 1000 * DAY]));
const NOTHING = new Map<number, number>();

const DAY_AND_ENDS = [
  `600 ${DAY - 2 * HOUR - 600}-${DAY - 2 * HOUR}`,
  `3600 ${DAY - 2 * HOUR}-${DAY}`,
  `86400 ${DAY}-${2 * DAY}`,
  `21600 ${2 * DAY}-${2 * DAY + 6 * HOUR}`,
  `3600 ${2 * DAY + 6 * HOUR}-${2 * DAY + 7 * HOUR}`,
  `600 ${2 * DAY + 7 * HOUR}-${2 * DAY + 7 * HOUR + 600}`,
];
const UNTIL_NOW = new Map([
  [HOUR, DAY + 7 * HOUR],
  [6 * HOUR, DAY + 6 * HOUR],
  [DAY, DAY],
]);
const OPEN_DAY = [
  `86400 0-${DAY}`,
  `21600 ${DAY}-${DAY + 6 * HOUR}`,
  `3600 ${DAY + 6 * HOUR}-${DAY + 7 * HOUR}`,
  `600 ${DAY + 7 * HOUR}-${2 * DAY}`,
];
/** The start of a long one may be too old for finer sums. */
const NINE_DAYS = [5 * HOUR, 9 * DAY] as const;
const WEEK_AND_DAYS = [`604800 0-${7 * DAY}`, `86400 ${7 * DAY}-${9 * DAY}`];

interface Known {
  readonly closings: Closings;
  readonly stretches: readonly string[];
  readonly coarsest?: number;
}

test.each<[string, readonly [number, number], Known]>([
  ["ten minutes twice", [100, 700], { closings: ALL, stretches: ["600 0-1200"] }],
  ["an open hour", [0, HOUR], { closings: NOTHING, stretches: ["600 0-3600"] }],
  ["an hour", [0, HOUR], { closings: ALL, stretches: ["3600 0-3600"] }],
  [
    "a day and its ends",
    [DAY - 2 * HOUR - 600, 2 * DAY + 7 * HOUR + 1],
    { closings: ALL, stretches: DAY_AND_ENDS },
  ],
  ["points", [0, DAY], { closings: ALL, stretches: ["3600 0-86400"], coarsest: HOUR }],
  ["what is not whole yet", [0, 2 * DAY], { closings: UNTIL_NOW, stretches: OPEN_DAY }],
  ["nine days", NINE_DAYS, { closings: ALL, stretches: WEEK_AND_DAYS }],
])("%s", (_, [fromS, toS], { closings, stretches, coarsest = Infinity }) => {
  const cover = coverOf({ fromS, toS }, { closings, coarsest });
  expect(cover.map(({ grain, ...each }) => `${grain} ${each.fromS}-${each.toS}`)).toEqual(
    stretches,
  );
});

test("without gap or overlap, of whole sums, of none that is too coarse or not whole", () => {
  const second = fc.integer({ min: 0, max: 60 * DAY });
  const window = fc.tuple(second, second).filter(([a, b]) => a !== b);
  const closed = fc.tuple(second, second, second);
  fc.assert(
    fc.property(window, closed, fc.constantFrom(...SUM_GRAINS_S), (ends, until, coarsest) => {
      const [fromS, toS] = [Math.min(...ends), Math.max(...ends)];
      const closings = new Map<number, number>(
        SUM_GRAINS_S.slice(1).map((grain, at) => [grain, until[at] ?? 0]),
      );
      const cover = coverOf({ fromS, toS }, { closings, coarsest });
      const start = toS - fromS > 8 * DAY ? 6 * HOUR : 600;
      let reachedS = Math.floor(fromS / start) * start;
      for (const each of cover) {
        expect(each.fromS).toBe(reachedS);
        expect(each.toS).toBeGreaterThan(each.fromS);
        expect([each.fromS % each.grain, each.toS % each.grain]).toEqual([0, 0]);
        expect(each.grain).toBeLessThanOrEqual(coarsest);
        if (each.grain > 600) {
          expect(each.toS).toBeLessThanOrEqual(closings.get(each.grain) ?? 0);
        }
        reachedS = each.toS;
      }
      expect(reachedS).toBe(Math.ceil(toS / 600) * 600);
      // At each end no more than what a coarser sum would need.
      expect(cover.length).toBeLessThanOrEqual(2 * SUM_GRAINS_S.length - 1);
    }),
  );
});

test("before and after all that a time can be is nothing", () => {
  const cover = coverOf({ fromS: -1e12, toS: 1e12 }, { closings: NOTHING, coarsest: Infinity });
  expect(cover).toEqual([{ grain: 600, fromS: 0, toS: 4_294_966_800 }]);
});

test("of no time is no row", () => {
  const cover = coverOf({ fromS: 600, toS: 600 }, { closings: ALL, coarsest: Infinity });
  expect(withinCover("past", cover)).toBe("false");
});
