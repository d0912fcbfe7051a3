// The kinds of text: those that patterns really tell apart, all of them, by casbin's own functions.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PatternGraph } from "../../../src/policy/classes/pattern-graph.ts";
import { patternLanguage } from "../../../src/policy/classes/pattern-language.ts";
import { textCells } from "../../../src/policy/classes/text-cells.ts";
import { matchingFunctions } from "../../../src/policy/functions/matching-functions.ts";
import { patternFault } from "../../../src/policy/functions/patterns.ts";

const functions = matchingFunctions();

/** WEIR_FUZZ_RUNS multiplies them. */
const RUNS = 300 * Number(process.env["WEIR_FUZZ_RUNS"] ?? 1);

type Pattern = readonly [functionName: string, pattern: string];

function matches([name, pattern]: Pattern, text: string): boolean {
  return name === "==" ? text === pattern : functions.get(name)?.(text, pattern) === true;
}

function graphOf(patterns: readonly Pattern[]): PatternGraph {
  const graph = new PatternGraph();
  patterns.forEach(([name, pattern], at) => graph.add(patternLanguage(name, pattern) ?? [], at));
  return graph;
}

function cellsOf(patterns: readonly Pattern[]): Readonly<Record<string, readonly string[]>> {
  const cells = textCells(graphOf(patterns)) ?? [];
  return Object.fromEntries(
    cells.map(({ example, matching }) => [example, matching.map((at) => patterns[at]?.[1] ?? "")]),
  );
}

describe("textCells", () => {
  it("has a normal path for each combination of patterns that exists", () => {
    const patterns = ["/orders", "/orders/:id", "/orders/*", "/*"].map((each): Pattern => [
      "keyMatch2",
      each,
    ]);
    expect(cellsOf(patterns)).toEqual({
      "/": ["/*"],
      "/orders": ["/orders", "/*"],
      "/orders/1": ["/orders/:id", "/orders/*", "/*"],
      "/orders/1/1": ["/orders/*", "/*"],
      "": [],
    });
  });

  it("finds where parameters cross", () => {
    const cells = cellsOf([
      ["keyMatch3", "/{a}/x"],
      ["keyMatch3", "/y/{b}"],
    ]);
    expect(Object.values(cells)).toHaveLength(4);
    expect(cells["/y/x"]).toEqual(["/{a}/x", "/y/{b}"]);
  });

  it.each([
    ["keyMatch2", "/v1.0/x", true],
    ["keyMatch2", "/:id.json", true],
    ["keyMatch2", "/a/*/b", true],
    ["keyMatch4", "/{a}/{b}", true],
    ["keyMatch4", "/{a}/{a}", false],
    ["regexMatch", "(GET)|(POST)", true],
    ["regexMatch", "^/[0-9]+$", true],
    ["regexMatch", "^(?:a|b)?c", true],
    ["regexMatch", "^/(a/)+$", false],
    ["regexMatch", "a{2}", false],
    ["regexMatch", "\\bGET", false],
    ["regexMatch", "[à-ü]", false],
    ["regexMatch", "(?=a)", false],
    ["globMatch", "/*", false],
    ["ipMatch", "10.0.0.0/8", false],
  ])("%s %s can be compared: %s", (name, pattern, comparable) => {
    expect(patternLanguage(name, pattern) !== null).toBe(comparable);
  });

  it("gives up on patterns that overlap in too many ways", () => {
    const crossing = Array.from({ length: 30 }, (_, at): Pattern => ["keyMatch2", `/*/${at}/*/x`]);
    expect(textCells(graphOf(crossing), 100_000)).toBeNull();
    expect(textCells(graphOf(crossing.slice(0, 2)), 100_000)).not.toBeNull();
  });
});

const segment = fc.constantFrom("a", "b", "ab", "", "1", "a.b", "é", "?", "a?b");
const paths = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
const texts = fc.oneof(paths, fc.constantFrom("", "a", "GET", "xGETx", "//", "a/b", "/a/"));
const parameter = (written: string): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom("a", "b", "ab", "*", written, `${written}x`, "a.b", "a*", "a+", "\\."), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => `/${parts.join("/")}`);
const REGEXES: readonly string[] = [
  "^/a",
  "b$",
  "a|^/b",
  "(GET)|(POST)",
  "^/[ab]+/?$",
  "^[^/]*$",
  "\\d",
  "^(a|/)?b",
  "^$",
  ".",
  "a??",
  "[\\w-]+x",
  "^.+?b",
  "(^a|b$)",
  "^/(a|b)/(a|b)$",
];
const regex = fc.constantFrom(...REGEXES);
const pattern: fc.Arbitrary<Pattern> = fc
  .oneof(
    fc.tuple(fc.constant("=="), texts),
    fc.tuple(fc.constant("keyMatch"), fc.oneof(parameter("*"), texts)),
    fc.tuple(fc.constant("keyMatch2"), fc.oneof(parameter(":id"), fc.constant("*"))),
    fc.tuple(fc.constantFrom("keyMatch3", "keyMatch5"), parameter("{id}")),
    fc.tuple(fc.constant("keyMatch4"), fc.constantFrom("/{a}/{b}", "/a/{b}", "/{a}/*")),
    fc.tuple(fc.constant("regexMatch"), regex),
  )
  .filter(
    ([name, text]) => patternFault(name, text) === "" && patternLanguage(name, text) !== null,
  );

it("says of every text what casbin's functions say, and has a cell for it", () => {
  let crowded = 0;
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 6 }),
      fc.array(texts, { minLength: 40, maxLength: 40 }),
      (patterns, asked) => {
        const graph = graphOf(patterns);
        const cells = textCells(graph);
        if (cells === null) return;
        const kinds = new Set(cells.map(({ matching }) => matching.join(" ")));
        expect(kinds.size).toBe(cells.length);
        if (cells.length > 4) crowded += 1;
        for (const text of [...asked, ...cells.map(({ example }) => example)]) {
          const real = patterns.flatMap((each, at) => (matches(each, text) ? [at] : []));
          expect([text, graph.matching(text)]).toEqual([text, real]);
          expect(kinds).toContain(real.join(" "));
        }
        for (const { example, matching } of cells) {
          expect([example, graph.matching(example)]).toEqual([example, matching]);
        }
      },
    ),
    { numRuns: RUNS },
  );
  expect(crowded).toBeGreaterThan(100);
});
