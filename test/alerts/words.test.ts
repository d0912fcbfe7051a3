// The small languages of a file of alerts: times, conditions, templates, silences.
import { describe, expect, test } from "vitest";
import { conditionText, holds, readCondition } from "../../src/alerts/condition.ts";
import { durationMs, durationText } from "../../src/alerts/duration.ts";
import { silences } from "../../src/alerts/silence.ts";
import { fill } from "../../src/alerts/template.ts";

test.each([
  ["0s", 0, "0s"],
  ["300ms", 300, "300ms"],
  ["90s", 90_000, "90s"],
  ["120m", 7_200_000, "2h"],
  ["30d", 2_592_000_000, "30d"],
  ["5", null, ""],
  ["-5m", null, ""],
  ["5 m", null, ""],
  ["1e3s", null, ""],
])("%s is %j", (text, ms, shown) => {
  expect(durationMs(text)).toBe(ms);
  if (ms !== null) expect(durationText(ms)).toBe(shown);
});

test.each([
  [
    "a > 1",
    [1, 2, "3", null, "x", {}, Number.NaN],
    [false, true, true, false, false, false, false],
  ],
  ["a>=-1.5", [-1.5, -2, true], [true, false, true]],
  ["a = 0", [0, false, "", "0"], [true, true, false, true]],
  ["a != 0", [1, 0, undefined], [true, false, false]],
  ["a < 900719925474099", ["18446744073709551615", 1], [false, true]],
])("%s holds of %j: %j", (text, values, expected) => {
  const condition = readCondition(text);
  expect(condition).not.toBeNull();
  expect(values.map((value) => condition !== null && holds(condition, value))).toEqual(expected);
});

test.each(["a", "a >", "> 1", "a > b", "a > 1 or b > 2", "a => 1", "a b > 1", "a > 1e9"])(
  "%s is no condition",
  (text) => expect(readCondition(text)).toBeNull(),
);

test("a condition is shown as it is read", () => {
  const condition = readCondition("error_share>=0.05");
  expect(condition && conditionText(condition)).toBe("error_share >= 0.05");
});

test.each([
  ["{{route}}", "orders"],
  ["{{ share }} of {{n}}", "7.3 % of 12,345"],
  ["{{took_ns}}", "1.24 ms"],
  ["{{none}} {{empty}}", "? ?"],
  ["{{list}}", '["a"]'],
  ["{{version}}", "2.0"],
  ["{{route", "{{route"],
  ["{{{{route}}}}", "{{orders}}"],
])("%s becomes %s", (template, text) => {
  const row = {
    route: "orders",
    share: 0.073,
    n: 12_345,
    took_ns: 1.24e6,
    empty: null,
    list: ["a"],
    version: "2.0",
  };
  const units: Record<string, string> = {
    share: "share",
    took_ns: "ns",
    n: "requests",
    version: "text",
  };
  expect(fill(template, row, (column) => units[column] ?? "text")).toBe(text);
});

describe("a silence", () => {
  const silence = { id: "1", startsAtMs: 10, endsAtMs: 20, comment: "", createdBy: "" };
  const labels = { alert: "route-errors", route: "orders", team: "" };

  test.each([
    [{ alert: "route-errors" }, 10, true],
    [{ alert: "route-errors" }, 9, false],
    [{ alert: "route-errors" }, 20, false],
    [{ alert: "route-errors", route: "payments" }, 15, false],
    [{ alert: "route-*", route: "*" }, 15, true],
    [{ alert: "*-errors" }, 15, true],
    [{ alert: "*e*o*s" }, 15, true],
    [{ alert: "route-errors*route-errors" }, 15, false],
    [{ alert: "r*oute-errorss" }, 15, false],
    [{ none: "" }, 15, true],
    [{ none: "?*" }, 15, false],
  ])("of %j at %i: %s", (matchers, nowMs, isSilenced) => {
    expect(silences({ ...silence, matchers }, labels, nowMs)).toBe(isSilenced);
  });

  test("with many stars takes no time", () => {
    const text = "a".repeat(256);
    const matchers = { alert: `${"*a".repeat(128)}b` };
    expect(silences({ ...silence, matchers }, { alert: text }, 15)).toBe(false);
  });
});
