// How values look in a terminal, and what a terminal must never be told by them.
import { describe, expect, test } from "vitest";
import { age, count, duration, formatValue } from "../../src/cli/format.ts";
import { clip, clipStart, fit, fitRight, harmless, widthOf } from "../../src/cli/format-text.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

describe("values", () => {
  test.each([
    [0, "0"],
    [640, "640 ns"],
    [18_400, "18.4 µs"],
    [1_240_000, "1.24 ms"],
    [999_900, "1.00 ms"],
    [184_300_000, "184 ms"],
    [1_500_000_000, "1.50 s"],
    [59_949_000_000, "59.9 s"],
    [59_990_000_000, "1 min 0 s"],
    [123e9, "2 min 3 s"],
    [7_260e9, "2 h 1 min"],
  ])("a duration of %d ns", (ns, text) => expect(duration(ns)).toBe(text));

  test.each([
    [formatValue(0, "bytes", NOW_MS), "0 B"],
    [formatValue(160, "bytes", NOW_MS), "160 B"],
    [formatValue(19_900, "bytes", NOW_MS), "19.9 kB"],
    [count(99_999), "99,999"],
    [count(1_234_567), "1.23 M"],
    [formatValue(0, "requests/s", NOW_MS), "0 /s"],
    [formatValue(62.44, "requests/s", NOW_MS), "62.4 /s"],
    [formatValue(0.05, "requests/s", NOW_MS), "3 /min"],
    [formatValue(0, "share", NOW_MS), "0 %"],
    [formatValue(0.0001, "share", NOW_MS), "<0.1 %"],
    [formatValue(0.0271, "share", NOW_MS), "2.7 %"],
    [formatValue(1, "share", NOW_MS), "100 %"],
    [formatValue(["0", 1, 4], "course", NOW_MS), "▁▃█"],
    [age(200_000), "3 min"],
    [age(-5), "0 s"],
  ])("%s", (text, expected) => expect(text).toBe(expected));

  test.each([
    [null, "ns", "–"],
    ["", "text", "–"],
    [Number.NaN, "ns", "–"],
    ["1240000", "ns", "1.24 ms"],
    ["no number", "bytes", "–"],
    ["18446744073709551615", "number", "18,446,744,073,709,551,615"],
    ["-9007199254740993", "number", "-9,007,199,254,740,993"],
    ["1234567890123.123456789", "number", "1,234,567,890,123.123456789"],
    [["a", 1], "text", '["a",1]'],
    [true, "text", "true"],
    [503, "status", "503"],
    ["not a time", "time", "not a time"],
  ])("%j in %s is %s", (value, unit, text) => expect(formatValue(value, unit, NOW_MS)).toBe(text));

  test("a time of today without its day, of another with it", () => {
    expect(formatValue("2026-11-21T12:00:01.123456789Z", "time", NOW_MS)).toMatch(/^\d\d:\d\d:01$/);
    expect(formatValue("2026-11-11T12:00:01Z", "time", NOW_MS)).toMatch(/^11 Nov \d\d:\d\d$/);
  });
});

describe("text", () => {
  test("a file keeps its line", () => {
    expect(clipStart("policies/policy.csv:18", 14)).toBe("…policy.csv:18");
    expect(clipStart("路径路", 4)).toBe("…路");
  });

  test("nothing that commands a terminal passes", () => {
    const hostile = "a\u001B]0;title\u0007b\u009B31mc\r\nd\u202Ee\u0000\u007F";
    expect(harmless(hostile)).toBe("a�]0;title�b�31mc��d�e��");
    expect(harmless("/ünïcode/路径/🚀")).toBe("/ünïcode/路径/🚀");
  });

  test.each([
    ["abc", 3],
    ["路径", 4],
    ["e\u0301", 1],
    ["🚀", 2],
  ])("%s is %d wide", (text, width) => expect(widthOf(text)).toBe(width));

  test.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 4, "abc…"],
    ["路径路", 4, "路…"],
    ["abc", 0, ""],
  ])("%s in %d columns", (text, width, clipped) => {
    expect(clip(text, width)).toBe(clipped);
    expect(widthOf(clipStart(text, width))).toBeLessThanOrEqual(width);
    expect(widthOf(fit(text, width))).toBe(width);
    expect(widthOf(fitRight(text, width))).toBe(width);
  });
});
