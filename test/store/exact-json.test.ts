// JSON of the store: what JavaScript's numbers can't hold stays as it was written.
import { assert, bigInt, json, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExact } from "../../src/store/exact-json.ts";

describe("parseExact", () => {
  test.each([
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740993", "9007199254740993"],
    ["9007199254740994", "9007199254740994"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["18446744073709551615", "18446744073709551615"],
    [
      "115792089237316195423570985008687907853269984665640564039457584007913129639935",
      "115792089237316195423570985008687907853269984665640564039457584007913129639935",
    ],
    ["1234567890123.123456789", "1234567890123.123456789"],
    ["0.30000000000000004", 0.30000000000000004],
    ["1.7976931348623157e308", 1.7976931348623157e308],
    ["0.1", 0.1],
    ["0.000000000000000000001", "0.000000000000000000001"],
  ])("%s", (source, wanted) => {
    expect(parseExact(`{"a":${source},"b":[[ ${source}]]}`)).toEqual({ a: wanted, b: [[wanted]] });
  });

  test("text is text, whatever it looks like", () => {
    const value = {
      a: "18446744073709551615",
      b: ':18446744073709551615,"',
      "[18446744073709551615": 1,
    };
    expect(parseExact(JSON.stringify(value))).toEqual(value);
  });

  test("every 64-bit integer comes through with all its digits", () => {
    assert(
      property(bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (integer) => {
        expect(String((parseExact(`[${integer}]`) as [unknown])[0])).toBe(String(integer));
      }),
    );
  });

  test("any other JSON reads as JSON.parse reads it", () => {
    assert(
      property(json(), (text) => {
        const numbers = JSON.stringify(JSON.parse(text), (_, value: unknown) =>
          typeof value === "number" ? 1 : value,
        );
        expect(parseExact(numbers)).toEqual(JSON.parse(numbers));
      }),
    );
  });
});
