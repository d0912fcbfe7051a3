// Strings of a policy by number: equal ones share one, and what is not there has none.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { sharedChars } from "../../../src/policy/image/chars.ts";
import { StringInterner } from "../../../src/policy/image/string-interner.ts";
import { Strings, UNKNOWN } from "../../../src/policy/image/strings.ts";

const word = fc.oneof(fc.string({ maxLength: 6 }), fc.string({ unit: "binary", maxLength: 6 }));

it("finds every string that was put in and no other, and hashes segments alike", () => {
  const asked = fc.property(
    fc.array(word, { maxLength: 60 }),
    fc.array(word, { maxLength: 20 }),
    fc.nat(),
    (texts, others, seed) => {
      const whole = texts.join("");
      const interner = new StringInterner(sharedChars(whole), seed);
      let from = 0;
      const ids = texts.map((text) => interner.intern(from, (from += text.length)));
      expect(texts.map((text) => interner.internText(text))).toEqual(ids);
      const strings = new Strings(interner.table());
      expect(strings.count).toBe(new Set(texts).size);
      texts.forEach((text, at) => {
        expect(strings.find(text)).toBe(ids[at]);
        expect(strings.hashSegment(`a${text}/b`, 1)).toBe(interner.hash(text.split("/")[0]!));
        expect(strings.text(ids[at]!)).toBe(text);
      });
      for (const other of others) {
        expect(strings.find(other) === UNKNOWN).toBe(!texts.includes(other));
      }
    },
  );
  fc.assert(asked, { numRuns: 300 });
});

it("holds many more than it began with", () => {
  const texts = Array.from({ length: 20_000 }, (_, at) => `user${at}`);
  const interner = new StringInterner(sharedChars(""), 7);
  for (const text of texts) interner.internText(text);
  const strings = new Strings(interner.table());
  expect(texts.every((text, at) => strings.find(text) === at)).toBe(true);
  expect(strings.find("user20000")).toBe(UNKNOWN);
});
