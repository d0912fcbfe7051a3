// Thresholds and randomness in a trace state, and what they say of shares.
import { expect, test } from "vitest";
import {
  explicitRandomness,
  NOBODY,
  randomnessOf,
  thresholdIn,
  thresholdOf,
  withThreshold,
} from "../../../src/collector/sampling/threshold.ts";

test.each([
  [1, 0n],
  [0, NOBODY],
  [0.5, 1n << 55n],
  [0.25, 0xc0n << 48n],
  [2 ** -56, NOBODY - 1n],
])("a share of %d", (share, threshold) => {
  expect(thresholdOf(share)).toBe(threshold);
});

test.each<[string, bigint, bigint | null]>([
  ["", 0n, null],
  ["ot=th:8", 1n << 55n, null],
  ["ot=th:0", 0n, null],
  ["a=b,ot=rv:00000000000001;th:c", 0xc0n << 48n, 1n],
  ["a=b, ot=th:fffffffffffffe ,c=d", NOBODY - 2n, null],
  ["ot=th:123456789abcdef", 0n, null],
  ["ot=th:;rv:12", 0n, null],
  ["xot=th:8", 0n, null],
  ["ot=xth:8", 0n, null],
  ["a=ot=th:8", 0n, null],
])("%s", (state, threshold, randomness) => {
  expect(thresholdIn(state)).toBe(threshold);
  expect(explicitRandomness(state)).toBe(randomness);
});

test.each<[string, bigint, string]>([
  ["", 1n << 55n, "ot=th:8"],
  ["a=b", 0n, "ot=th:0,a=b"],
  ["a=b,ot=th:4;rv:00000000000001;x:y,c=d", 0xc0n << 48n, "ot=th:c;rv:00000000000001;x:y,a=b,c=d"],
  ["ot=rubbish", 1n, "ot=th:00000000000001;rubbish"],
  ["no state,at all", 1n << 55n, "ot=th:8,no state,at all"],
])("%s gets another threshold", (state, threshold, wanted) => {
  expect(withThreshold(state, threshold)).toBe(wanted);
  expect(thresholdIn(wanted)).toBe(threshold);
});

test("the randomness of a trace is its ID's last seven bytes", () => {
  expect(randomnessOf("ffffffffffffffffff00000000000102")).toBe(0x102n);
});
