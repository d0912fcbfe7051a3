import { describe, expect, test } from "vitest";
import { parsePanel, rollupFor } from "../../src/store/panels.ts";

const GOOD = `-- title: T
-- question: Q?
-- visual: table
-- column n: count
-- parameter service: String, only this service
-- parameter limit: UInt32 = 20, most rows
SELECT 1 AS n WHERE {service:String} = '' LIMIT {limit:UInt32}
`;

test("a panel is its header and its query", () => {
  const panel = parsePanel("p", GOOD);
  expect(panel).toMatchObject({ name: "p", title: "T", question: "Q?", visual: "table" });
  expect([...panel.units]).toEqual([["n", "count"]]);
  expect([...panel.parameters.values()].map((each) => each.fallback)).toEqual(["", "20"]);
  expect(panel.sql).toMatch(/^SELECT 1/);
});

test.each([
  ["-- title: T\n", "", /panel p: the header has no "-- title/],
  ["-- visual: table", "-- visual: cake", /visual is one of/],
  ["-- column n: count\n", "", /no "-- column/],
  ["n: count", "n: furlongs", /unit one of/],
  [
    "-- parameter service: String, only this service\n",
    "",
    /parameter service is not in the header/,
  ],
  ["LIMIT {limit:UInt32}", "", /parameter limit is not in the query/],
  ["String, only this service", "String", /is not "parameter NAME/],
])("without %j it is refused", (from, to, fault) => {
  expect(() => parsePanel("p", GOOD.replace(from, to))).toThrow(fault);
});

describe("rollupFor", () => {
  test.each([
    [60, "10s", 10],
    [900, "10s", 10],
    [3600, "10s", 30],
    [3 * 3600, "10s", 90],
    [6 * 3600, "1m", 180],
    [86_400, "1m", 720],
    [7 * 86_400, "1h", 7200],
    [365 * 86_400, "1h", 262_800],
  ])("%i s: %s in steps of %i s", (seconds, name, stepSeconds) => {
    const chosen = rollupFor(seconds * 1000);
    expect([chosen.rollup.name, chosen.stepSeconds]).toEqual([name, stepSeconds]);
    expect(chosen.stepSeconds % chosen.rollup.grainSeconds).toBe(0);
  });
});
