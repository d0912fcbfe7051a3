// The scanner finds what a JSON parser finds, whatever stands between.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RowScan } from "../../../src/admin/metrics/row-scan.ts";

const word = fc.string({ unit: "binary", maxLength: 12 });
const value = fc.oneof(
  word,
  fc.nat(),
  fc.boolean(),
  fc.array(word, { maxLength: 4 }),
  fc.array(fc.nat(), { maxLength: 4 }),
  fc.dictionary(word, word, { maxKeys: 3 }),
);
const row = fc.array(value, { minLength: 1, maxLength: 12 });

test("values of lines that follow each other", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), fc.nat(11), (rows, column) => {
      const bytes = Buffer.from(rows.map((values) => `${JSON.stringify(values)}\n`).join(""));
      const scan = new RowScan([column]);
      let at = 0;
      for (const values of rows) {
        at = scan.scan(bytes, at);
        const expected = values[column];
        const raw = expected === undefined ? "" : JSON.stringify(expected);
        expect(Buffer.from(scan.key(0, 0), "latin1").toString()).toBe(raw);
        if (typeof expected === "string") expect(scan.text(0)).toBe(expected);
        if (typeof expected === "number") expect(scan.number(0)).toBe(expected);
      }
      expect(at).toBe(bytes.length);
    }),
    { numRuns: 500 },
  );
});

test.each(["", "\n", "[", "[\n", '["a', "rubbish\n", '["a\\', "[[[[", "]]]]\n"])(
  "ends on %j, which is no row",
  (text) => {
    const bytes = Buffer.from(text);
    const scan = new RowScan([0, 5]);
    expect(scan.scan(bytes, 0)).toBeGreaterThanOrEqual(bytes.length);
    expect(scan.number(1)).toBe(0);
  },
);
