// How differences are scored: the interval against its paper, and what follows from it for ranks.
import { describe, expect, it } from "vitest";
import { differenceInterval, rankDifferences } from "../../../src/store/differences/score.ts";

describe("the interval of a difference", () => {
  // Newcombe 1998, table II, method 10, 95 %.
  it.each([
    [
      [56, 70],
      [48, 80],
      [0.0524, 0.3339],
    ],
    [
      [9, 10],
      [3, 10],
      [0.1705, 0.809],
    ],
    [
      [6, 7],
      [2, 7],
      [0.0582, 0.8062],
    ],
    [
      [5, 56],
      [0, 29],
      [-0.0381, 0.1926],
    ],
    [
      [0, 10],
      [0, 20],
      [-0.1611, 0.2775],
    ],
    [
      [10, 10],
      [0, 20],
      [0.6791, 1],
    ],
  ] as const)("of %j and %j is %j", (a, b, [low, high]) => {
    const [least, most] = differenceInterval(a, b, 1.959964);
    expect(least).toBeCloseTo(low, 4);
    expect(most).toBeCloseTo(high, 4);
  });
});

describe("ranks", () => {
  const sides = { selected: 200, rest: 4000 };

  it("put what nearly all selected have and few others first, one entry an attribute", () => {
    const ranked = rankDifferences(
      [
        { attribute: "method", value: "GET", selected: 190, rest: 3700 },
        { attribute: "upstream", value: "a", selected: 2, rest: 2000 },
        { attribute: "upstream", value: "b", selected: 198, rest: 2000 },
        { attribute: "principal", value: "bob", selected: 196, rest: 400 },
        { attribute: "principal", value: "ann", selected: 4, rest: 3600 },
      ],
      sides,
    );
    expect(
      ranked.map(({ attribute, values }) => [attribute, values.map(({ value }) => value)]),
    ).toEqual([
      ["principal", ["bob", "ann"]],
      ["upstream", ["b", "a"]],
    ]);
  });

  it("do not take chance for a difference: three of three say nothing against half of the rest", () => {
    const few = { selected: 3, rest: 4000 };
    const count = { attribute: "upstream", value: "b", selected: 3, rest: 2000 };
    expect(rankDifferences([count], few)).toEqual([]);
    expect(rankDifferences([{ ...count, selected: 200 }], sides)).toHaveLength(1);
  });

  it("are empty where there is nobody to compare with", () => {
    const all = [{ attribute: "route", value: "r", selected: 9, rest: 0 }];
    expect(rankDifferences(all, { selected: 9, rest: 0 })).toEqual([]);
  });
});
