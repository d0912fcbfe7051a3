// Lengths of time in words: which are taken, and in which units.
import { expect, test } from "vitest";
import { timeSpanMs } from "../../src/core/time-span.ts";

test.each([
  ["90s", 90_000],
  ["5m", 300_000],
  ["1w", 604_800_000],
  ["999999s", 999_999_000],
  ["1000000s", null],
  ["5ms", null],
  ["5", null],
  ["m", null],
  ["-5m", null],
  ["5 m", null],
  ["1.5h", null],
  ["5mm", null],
])("%s is %s ms", (text, ms) => {
  expect(timeSpanMs(text, ["s", "m", "h", "d", "w"])).toBe(ms);
});
