// Regular expressions of a policy: what RegExp says of short texts, in bounded time of long ones.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { boundedRegex } from "../../../src/policy/functions/bounded-regex.ts";
import { RegexError } from "../../../src/policy/functions/regex-program.ts";
import { workedMs } from "../../support/worked-ms.ts";

/** The longest request field there is, in characters. */
const LONG = 8192;
/** Generous: 50 ms on a quiet machine. Backtracking would take minutes. */
const MAX_MS = 250;

function isSlow(pattern: string, text: string): boolean {
  const regex = boundedRegex(pattern);
  const started = workedMs();
  regex.test(text);
  return workedMs() - started > MAX_MS;
}

it.each([
  ["^(a+)+$", `${"a".repeat(LONG - 1)}b`],
  ["^(a|a)*$", `${"a".repeat(LONG - 1)}b`],
  ["(a|aa)+b", "a".repeat(LONG)],
  [`^${"a?".repeat(70)}${"a".repeat(70)}$`, `${"a".repeat(150)}b`],
  [`${"(a|a)".repeat(60)}b`, "a".repeat(LONG)],
  [`^${".?".repeat(100)}x$`, "a".repeat(LONG)],
  [".*.*.*.*x", "a".repeat(LONG)],
  ["^/.*/b/.*/c/.*/d$", "/b/c".repeat(LONG / 4)],
  ["[^/]+x", "a".repeat(LONG)],
  ["(.*)*y", "x".repeat(LONG)],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(LONG)],
  ["(x+x+)+y", "x".repeat(LONG)],
  ["\\s+$", `${" ".repeat(LONG - 1)}x`],
  ["^(?:a{0,9}){0,9}b", "a".repeat(LONG)],
  ["(a?){100}b", "a".repeat(LONG)],
  ["a{50}b", "a".repeat(LONG)],
  // A class that looks as if a whole segment were in it.
  [`^${"[a/[^/]+/?]?".repeat(3)}x$`, "a".repeat(LONG)],
  // Segments that may end without a slash: quadratic, and seen where it is done often.
  [`^/[^/]+/?[^/]+/?[^/]+$`, `/${"a".repeat(LONG - 2)}/`],
])("%s ends on a long text", (pattern, text) => {
  expect(isSlow(pattern, text)).toBe(false);
});

it.each([
  "(?=a)b",
  "(?!a)b",
  "(?<=a)b",
  "(?<n>a)",
  "(a)\\1",
  "a{1,600}.*.*",
  "(?:){100000000}",
  "a{99999999999}",
  "(?i:a)",
])("refuses %s", (pattern) => {
  expect(() => boundedRegex(pattern)).toThrow(RegexError);
});

it.each(["[", "(", "a{2,1}", "*", "\\"])("refuses %s as RegExp does", (pattern) => {
  expect(() => boundedRegex(pattern)).toThrow(SyntaxError);
});

const PIECES =
  "a b / [^/]+ .* . (a|b) a? [a-c] \\d \\w+ \\b \\B ^ $ x{1,3} (?:ab)* (a|)+ \\. é [\\s\\S] \\s ( | ) + * ? \\x41 [^a] \\/ - .*? a+? {2} { } ] [] [^] \\cA \\c \\c1 \\n \\u00e9 (?: {1,} [\\]a] x{2}".split(
    " ",
  );
const TEXTS = [
  "",
  "a",
  "ab",
  "/a/b",
  "/a/b/c",
  "aab",
  "x",
  "xxx",
  "xxxx",
  "é",
  "😀",
  "\n",
  "a\nb",
  "abab",
  "5",
  "A",
  "a b",
  "\u2028",
  "_",
  "/",
  "//",
  "{2}",
  "\0",
  "]",
  "\ud800",
];

it("says what RegExp says, by threads or not", () => {
  let threaded = 0;
  const pattern = fc
    .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 7 })
    .map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(pattern, (source) => {
      const native = compiled(() => new RegExp(source));
      const bounded = compiled(() => boundedRegex(source));
      if (native === null) expect(bounded).toBeNull();
      if (native === null || bounded === null) return;
      if (!(bounded instanceof RegExp)) threaded += 1;
      const differing = TEXTS.filter((text) => bounded.test(text) !== native.test(text));
      expect(differing).toEqual([]);
    }),
    { numRuns: 5000 },
  );
  expect(threaded).toBeGreaterThan(500);
});

function compiled<Regex>(make: () => Regex): Regex | null {
  try {
    return make();
  } catch {
    return null;
  }
}

it("takes no pattern that a text of one repeated piece makes slow", () => {
  const pattern = fc
    .array(fc.constantFrom(...PIECES), { minLength: 3, maxLength: 14 })
    .map((pieces) => pieces.join(""));
  const repeated = fc.tuple(
    fc.constantFrom("a", "/", "x", "ab", "/a", "\n", "é", "5"),
    fc.constantFrom("", "b", "\n", "!"),
  );
  fc.assert(
    fc.property(pattern, repeated, (source, [piece, end]) => {
      if (compiled(() => boundedRegex(source)) === null) return;
      const text = piece.repeat((LONG - 1) / piece.length) + end;
      expect(isSlow(source, text)).toBe(false);
    }),
    { numRuns: 400 },
  );
});
