// The trie of path patterns: finds every pattern that matches, and few others.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { matchingFunctions } from "../../../src/policy/functions/matching-functions.ts";
import { sharedChars } from "../../../src/policy/image/chars.ts";
import { PathTrie, PathTrieBuilder } from "../../../src/policy/image/path-trie.ts";
import { StringInterner } from "../../../src/policy/image/string-interner.ts";
import { Strings } from "../../../src/policy/image/strings.ts";

const SEED = 7;

/** Which of the patterns the trie finds for a path. */
function finder(
  functionName: string,
  patterns: readonly string[],
): (path: string) => readonly string[] {
  const interner = new StringInterner(sharedChars(""), SEED);
  const ids = patterns.map((pattern) => interner.internText(pattern));
  const builder = new PathTrieBuilder(functionName, interner);
  for (const id of ids) builder.add(id);
  const trie = new PathTrie(builder.build(), new Strings(interner.table()));
  return (path) => {
    trie.search(path);
    const leaves = trie.leaves.slice(0, trie.count);
    return patterns.filter((_, at) => leaves.includes(builder.leafOf(ids[at]!)));
  };
}

const segment = fc.constantFrom("a", "b", "c", ":x", ":y", "{x}", "*", "a.b", "");
const pattern = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
const path = fc
  .array(fc.constantFrom("a", "b", "c", "1", "a.b", ""), { maxLength: 5 })
  .map((parts) => `/${parts.join("/")}`);

it.each(["keyMatch", "keyMatch2", "keyMatch3", "keyMatch4", "keyMatch5"])(
  "finds every pattern that %s matches",
  (name) => {
    const matches = matchingFunctions().get(name)!;
    let found = 0;
    const asked = fc.property(
      fc.uniqueArray(pattern, { minLength: 1, maxLength: 12 }),
      fc.array(path, { minLength: 10, maxLength: 10 }),
      (patterns, paths) => {
        const find = finder(name, patterns);
        for (const one of paths) {
          const matching = patterns.filter((written) => matches(one, written));
          expect(find(one)).toEqual(expect.arrayContaining(matching));
          found += matching.length;
        }
      },
    );
    fc.assert(asked, { numRuns: 300 });
    expect(found).toBeGreaterThan(300);
  },
);

it("goes no further down than patterns can be told apart", () => {
  const many = Array.from({ length: 1000 }, (_, at) => `/svc${at % 10}/res${at}/:id/items/:item`);
  const find = finder("keyMatch2", many);
  expect(find("/svc3/res13/1/items/2")).toEqual([many[13]]);
  expect(find("/svc3/res14/1/items/2")).toEqual([]);
  expect(find("/svc3/res13")).toEqual([many[13]]);
});

it("loses no pattern where the hashes of two segments are equal", () => {
  const [one, other] = segmentsAlike();
  const find = finder("keyMatch2", [`/${one}`, `/${other}`, `/${one}/:id`, `/${other}/x/y`, "/z"]);
  expect(find(`/${one}`)).toContain(`/${one}`);
  expect(find(`/${other}`)).toContain(`/${other}`);
  expect(find(`/${one}/1`)).toContain(`/${one}/:id`);
  expect(find(`/${other}/x/y`)).toContain(`/${other}/x/y`);
  expect(find("/z")).toEqual(["/z"]);
});

/** Among some 100,000 texts there are nearly always two with the same 32 bits; with this seed there are. */
function segmentsAlike(): readonly [string, string] {
  const interner = new StringInterner(sharedChars(""), SEED);
  const seen = new Map<number, string>();
  for (let at = 0; at < 1_000_000; at++) {
    const text = `s${at}`;
    const before = seen.get(interner.hash(text));
    if (before !== undefined) return [before, text];
    seen.set(interner.hash(text), text);
  }
  throw new Error("no two segments have the same hash");
}
