// The matching functions against casbin's own, on every pattern that is accepted.
import { Util } from "casbin";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchingFunctions } from "../../../src/policy/functions/matching-functions.ts";
import { patternFault } from "../../../src/policy/functions/patterns.ts";

type Ours = (text: string, pattern: string, third?: string) => unknown;

function ours(name: string): Ours {
  const call = matchingFunctions().get(name);
  if (call === undefined) throw new Error(name);
  return (...values) => call(...values);
}

const THEIRS: Readonly<Record<string, (...values: string[]) => unknown>> = {
  keyMatch: Util.keyMatchFunc,
  keyMatch2: Util.keyMatch2Func,
  keyMatch3: Util.keyMatch3Func,
  keyMatch4: Util.keyMatch4Func,
  keyMatch5: Util.keyMatch5Func,
  regexMatch: Util.regexMatchFunc,
  globMatch: Util.globMatch,
  keyGet: Util.keyGetFunc,
};

/** Nearly always near enough to match: a text is made of the pattern's own pieces. */
const PIECES: Readonly<Record<string, readonly string[]>> = {
  path: ["/", "a", "b", "*", "/*", ":x", "/:x", "{a}", "/{a}", "/{b}", "?", ".", "", "c/d", "//"],
  glob: [
    "/",
    "a",
    "b",
    ".",
    "*",
    "**",
    "?",
    "/**",
    "/**/",
    "[ab]",
    "[!a]",
    "a.js",
    "!",
    "#",
    "..",
    "é",
    "*/",
    "{a,b}",
    "{a,*/b,}",
    "{a}",
    "(a|b)",
    "*a",
  ],
};
const SEGMENTS = ["/", "a", "b", ".", "..", "", "c", "a.js", ".a", "?q=/x", "é", "\n", "//", "ab"];

const text = fc
  .array(fc.constantFrom(...SEGMENTS), { maxLength: 7 })
  .map((parts) => parts.join(""));
const patternOf = (of: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...(PIECES[of] ?? [])), { maxLength: 6 }).map((parts) => parts.join(""));

describe("as casbin", () => {
  it.each(Object.keys(THEIRS))("%s", (name) => {
    const match = ours(name);
    const pattern = patternOf(name === "globMatch" ? "glob" : "path");
    let held = 0;
    let compared = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 8, maxLength: 8 }), (written, texts) => {
        if (patternFault(name, written) !== "") return;
        for (const asked of [...texts, written]) {
          const said = match(asked, written);
          compared += 1;
          if (said !== false && said !== "") held += 1;
          expect([asked, written, said]).toEqual([asked, written, THEIRS[name]?.(asked, written)]);
        }
      }),
      { numRuns: 700 },
    );
    expect(compared).toBeGreaterThan(1500);
    expect(held).toBeGreaterThan(100);
  });

  it("keyGet2", () => {
    const get = ours("keyGet2");
    const pattern = fc
      .array(fc.constantFrom("/:x", "/:y", "/a", "/*"), { maxLength: 4 })
      .map((parts) => parts.join(""));
    const path = fc
      .array(fc.constantFrom("/a", "/b", "/", "/a/b"), { maxLength: 4 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(pattern, path, fc.constantFrom("x", "y", "z", ""), (written, asked, name) => {
        expect(get(asked, written, name)).toBe(Util.keyGet2Func(asked, written, name));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["/parent/{id}/child/{id}", "/parent/1/child/1", true],
    ["/parent/{id}/child/{id}", "/parent/1/child/2", false],
    ["/parent/{id}/child/{no}", "/parent/1/child/2", true],
    ["/parent/{id}/child/{id}/x/{o}", "/parent/1/child/1/x/2", false],
    ["/parent/{id}/*", "/parent/1/a/b", true],
  ])("keyMatch4 %s %s: %s", (pattern, path, said) => {
    expect(ours("keyMatch4")(path, pattern)).toBe(said);
    expect(Util.keyMatch4Func(path, pattern)).toBe(said);
  });
});

describe("ipMatch", () => {
  const byte = fc.constantFrom(0, 1, 10, 127, 128, 192, 255);
  const v4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join("."));
  const word = fc.constantFrom("0", "1", "ff", "ffff", "2001", "db8", "a00");
  const v6 = fc.oneof(
    fc.array(word, { minLength: 8, maxLength: 8 }).map((words) => words.join(":")),
    fc
      .tuple(fc.array(word, { maxLength: 3 }), fc.array(word, { maxLength: 3 }))
      .map(([head, tail]) => `${head.join(":")}::${tail.join(":")}`),
    v4.map((address) => `::ffff:${address}`),
    v4.map((address) => `::${address}`),
    fc.constantFrom("::", "::1", "1::", "2001:db8::1"),
  );
  const address = fc.oneof(v4, v6);

  it("holds what casbin's holds, for both families, blocks and mapped addresses", () => {
    const match = ours("ipMatch");
    const bits = fc.constantFrom(
      "",
      "/0",
      "/8",
      "/9",
      "/16",
      "/24",
      "/31",
      "/32",
      "/64",
      "/104",
      "/120",
      "/128",
    );
    let held = 0;
    fc.assert(
      fc.property(address, address, bits, (asked, written, suffix) => {
        const pattern = `${written}${suffix}`;
        if (patternFault("ipMatch", pattern) !== "") return;
        for (const each of [asked, written]) {
          const said = match(each, pattern);
          if (said === true) held += 1;
          expect([each, pattern, said]).toEqual([each, pattern, Util.ipMatchFunc(each, pattern)]);
        }
      }),
      { numRuns: 2000 },
    );
    expect(held).toBeGreaterThan(200);
  });

  it.each(["", "unknown", "10.0.0", "10.0.0.256", "fe80::1%eth0", "1:2:3", "::1::"])(
    "throws for %j, which is no address",
    (asked) => {
      expect(() => ours("ipMatch")(asked, "10.0.0.0/8")).toThrow("not an IP address");
    },
  );
});

describe("globs that are refused", () => {
  it.each([
    "{a,{b,c}}",
    "{1..3}",
    "{a",
    "{a,}",
    "${a,b}",
    "{,a}".repeat(9),
    "+(a)",
    "a\\*",
    "[",
    "a]",
    "[]a]",
    "[.]",
    "[z-a]",
    "[[:alpha:]]",
    "a/../b",
    "/**/a/**/b/**",
  ])("%s", (pattern) => {
    expect(patternFault("globMatch", pattern)).not.toBe("");
  });
});
