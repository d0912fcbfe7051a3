// Words of many groups get one number each, told apart by their bytes alone.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BlockWords } from "../../../src/store/native/block-words.ts";
import { GrowingBuffer } from "../../../src/store/native/growing-buffer.ts";
import { SEED } from "../../support/seed.ts";

function placeOf(words: readonly string[]) {
  const written = new GrowingBuffer();
  written.text("before");
  const { length: at } = written.bytes;
  for (const word of words) written.text(word);
  written.text("behind");
  return { bytes: written.bytes, at, count: words.length };
}

function written(words: BlockWords, number: number): string {
  const to = new GrowingBuffer();
  words.write(number, to);
  return to.bytes.toString("latin1");
}

function asWritten(word: string): string {
  const { bytes, at } = placeOf([word]);
  return bytes.toString("latin1", at, bytes.length - "behind".length - 1);
}

test.each([
  ["the empty word is the first, and any word of no bytes is it", ["", "a", ""], [0, 0, 1, 0]],
  ["a word that comes again has the number it had", ["b", "a", "b", "a"], [0, 1, 2, 1, 2]],
  ["one that another begins with is another", ["a", "ab", "abc", "ab"], [0, 1, 2, 3, 2]],
  ["long ones, too, whose length takes two bytes", ["x".repeat(128), "x".repeat(127)], [0, 1, 2]],
])("%s", (_, words, numbers) => {
  expect([...new BlockWords().numbersOf(placeOf(words))]).toEqual(numbers);
});

test("more words than there were places for at first keep their numbers and their bytes", () => {
  const words = new BlockWords();
  const many = Array.from({ length: 20_000 }, (_, at) => `word ${String(at)}`);
  const first = words.numbersOf(placeOf(many));
  expect(new Set(first).size).toBe(many.length + 1);
  expect(words.numbersOf(placeOf(many))).toEqual(first);
  for (const at of [0, 511, 512, 1023, 19_999])
    expect(written(words, first[at + 1] ?? 0)).toBe(asWritten(many[at] ?? ""));
});

test("whatever the words, equal ones are one, and each is given back", () => {
  const groups = fc.array(fc.array(fc.string({ unit: "grapheme", maxLength: 150 })), {
    maxLength: 20,
  });
  const check = fc.property(groups, (groups) => {
    const words = new BlockWords();
    const known = new Map<string, number>([["", 0]]);
    for (const group of groups) {
      const numbers = words.numbersOf(placeOf(group));
      for (const [at, word] of group.entries()) {
        const number = known.get(word) ?? known.size;
        known.set(word, number);
        expect(numbers[at + 1]).toBe(number);
      }
    }
    for (const [word, number] of known) expect(written(words, number)).toBe(asWritten(word));
  });
  fc.assert(check, { seed: SEED, numRuns: 200 });
});
