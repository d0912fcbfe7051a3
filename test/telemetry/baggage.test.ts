// W3C Baggage: what is valid passes untouched, what is not never does, and hostile input is cheap.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HeaderList } from "../../src/core/header-list.ts";
import { readBaggage } from "../../src/telemetry/baggage.ts";
import { workedMs } from "../support/worked-ms.ts";
import lists from "../fixtures/trace-context/baggage.json" with { type: "json" };

test.each(lists)("$rule", ({ fields, out }) => {
  const headers = new HeaderList(fields.flatMap((value) => ["baggage", value]));
  expect(readBaggage(headers.joined("baggage") ?? "")).toBe(out);
});

test("what goes on is visible ASCII and OWS, within the limits, and stable", () => {
  const char = fc.constantFrom(...Array.from('ab=,; \t"\\é\u0001'));
  const field = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: char, maxLength: 60 }));
  fc.assert(
    fc.property(field, (value) => {
      const out = readBaggage(value);
      expect(out).toMatch(/^[\t\x20-\x7e]*$/);
      expect(out).not.toMatch(/["\\]/);
      expect(out.length).toBeLessThanOrEqual(8192);
      expect(readBaggage(out)).toBe(out);
    }),
    { numRuns: 500 },
  );
});

test.each([`a=${" ".repeat(16_000)}"`, ",".repeat(16_000), `a=1${";p ".repeat(5000)}"`])(
  "16 kB of hostile input takes no quadratic time",
  (field) => {
    const startedMs = workedMs();
    for (let round = 0; round < 5; round++) readBaggage(field);
    expect(workedMs() - startedMs).toBeLessThan(200);
  },
);
