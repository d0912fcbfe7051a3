import { expect, test } from "vitest";
import { expandPanel, rollupFor, stepOfSums } from "../../../src/store/panels/rollup.ts";

test.each([
  [60, "10s", 10],
  [900, "10s", 10],
  [3600, "10s", 30],
  [3 * 3600, "10s", 90],
  [6 * 3600, "1m", 180],
  [86_400, "5m", 900],
  [7 * 86_400, "1h", 7200],
  [30 * 86_400, "6h", 21_600],
  [365 * 86_400, "6h", 280_800],
])("%i s: %s in steps of %i s", (seconds, name, stepSeconds) => {
  const chosen = rollupFor(seconds * 1000);
  expect([chosen.rollup.name, chosen.stepSeconds]).toEqual([name, stepSeconds]);
  expect(chosen.stepSeconds % chosen.rollup.grainSeconds).toBe(0);
});

test.each([
  [3 * 3600, null],
  [6 * 3600, 600],
  [86_400, 1200],
  [7 * 86_400, 7200],
  [30 * 86_400, 21_600],
  [365 * 86_400, 4 * 86_400],
])("%i s: a point of a line over sums is %j s", (seconds, stepSeconds) => {
  expect(stepOfSums(seconds * 1000)).toBe(stepSeconds);
});

test("macros name the rollup and add no lines, so that the store's lines are the file's", () => {
  const { rollup } = rollupFor(60_000);
  const sql = "SELECT {{observed_s}}\nFROM requests_{{rollup}}, {{grain_s}}";
  const expanded = expandPanel(sql, rollup);
  expect(expanded.split("\n")).toHaveLength(2);
  expect(expanded).toMatch(/FROM requests_10s, 10$/);
  expect(expanded).not.toContain("{{");
});
