// Cases files are read strictly: what they say, or where they are wrong and what would be right.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { PolicyCase } from "../../../src/policy/cases/policy-case.ts";
import { readCases } from "../../../src/policy/cases/read-cases.ts";
import { workedMs } from "../../support/worked-ms.ts";

const FIELDS = ["sub", "obj", "act"];
/** Of work: each takes seconds at most. */
const MAX_MS = 20_000;

function casesOf(yaml: string): readonly PolicyCase[] {
  const read = readCases(yaml, "cases.yaml", () => FIELDS);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.cases;
}

const oneCase = (rest: string): string => `cases:\n  - { name: n, ${rest} }\n`;
const grid = (...lines: readonly string[]): string =>
  `matrices:\n  - name: m\n    grid: |\n${lines.map((line) => `      ${line}\n`).join("")}`;
const row = (values: string): string => `tables:\n  - name: t\n    rows:\n      - [${values}]\n`;

describe("a cases file", () => {
  it("has cases, tables and matrices, each case with its line", () => {
    const yaml = `# comment
cases:
  - name: one
    request: [alice, /orders, GET]
    expect: allow
    rule: p, role:customer, /orders, GET
tables:
  - name: rows
    rows:
      - [bob, /orders, PUT, deny]
      - [bob, /orders, GET, allow, "p, bob, /orders, GET"]
      - [bob, /, GET, deny, ""]
matrices:
  - name: grid
    grid: |
      # who
      act  obj            alice  "bob b"

      GET  /orders        allow  deny
      PUT  "/a \\"b\\"/c"   deny   allow
`;
    const file = "cases.yaml";
    expect(casesOf(yaml)).toEqual([
      {
        name: "one",
        context: "",
        request: ["alice", "/orders", "GET"],
        expect: "allow",
        rule: "p, role:customer, /orders, GET",
        file,
        line: 3,
      },
      {
        name: "rows: bob /orders PUT",
        context: "",
        request: ["bob", "/orders", "PUT"],
        expect: "deny",
        rule: null,
        file,
        line: 10,
      },
      {
        name: "rows: bob /orders GET",
        context: "",
        request: ["bob", "/orders", "GET"],
        expect: "allow",
        rule: "p, bob, /orders, GET",
        file,
        line: 11,
      },
      {
        name: "rows: bob / GET",
        context: "",
        request: ["bob", "/", "GET"],
        expect: "deny",
        rule: "",
        file,
        line: 12,
      },
      ...[
        ["alice", "/orders", "GET", "allow", 19],
        ["bob b", "/orders", "GET", "deny", 19],
        ["alice", '/a "b"/c', "PUT", "deny", 20],
        ["bob b", '/a "b"/c', "PUT", "allow", 20],
      ].map(([sub, obj, act, expected, line]) => ({
        name: `grid: ${sub} ${obj} ${act}`,
        context: "",
        request: [sub, obj, act],
        expect: expected,
        rule: null,
        file,
        line,
      })),
    ]);
  });

  it("any field may go across", () => {
    const cases = casesOf(grid("sub act /orders /payments", "alice GET allow deny"));
    expect(cases.map(({ request, expect }) => [...request, expect])).toEqual([
      ["alice", "/orders", "GET", "allow"],
      ["alice", "/payments", "GET", "deny"],
    ]);
    const one = readCases(grid("alice bob", "allow deny"), "f", () => ["sub"]);
    expect(one.ok ? [] : one.faults).toEqual([]);
  });

  it("takes objects for models with attributes, numbers in them included", () => {
    const yaml = oneCase("request: [{ Age: 20, tags: [a, true, ~] }, /orders, GET], expect: deny");
    expect(casesOf(yaml)[0]?.request).toEqual([
      { Age: 20, tags: ["a", true, null] },
      "/orders",
      "GET",
    ]);
  });

  it("repeats what is anchored", () => {
    const yaml = `cases:
  - { name: a, request: &order [alice, /orders, GET], expect: allow }
  - { name: b, request: *order, expect: allow }
tables:
  - { name: t, rows: &rows [[a, b, c, deny]] }
  - { name: u, rows: *rows }
`;
    expect(casesOf(yaml).map(({ request }) => request)).toEqual([
      ["alice", "/orders", "GET"],
      ["alice", "/orders", "GET"],
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
  });
});

describe("a fault names its line and what would be right", () => {
  it.each([
    ["cases: []\n", 1, "write a list of cases"],
    ["case: 1\n", 1, "case: is not known here; write one of cases, tables, matrices"],
    ["", 1, "write a mapping with cases, tables, matrices"],
    ["{}", 1, "write a list of cases: cases: [...]"],
    ["cases: [\n", 2, ""],
    ["cases:\n  - name: x\n\n  - nothing\n", 2, "request: is missing"],
    ["cases:\n  - name: x\n    request: [a, b, c]\n    name: y\n", 4, "name: is written twice"],
    ["cases: *nobody\n", 1, "the alias names no anchor before it"],
    [oneCase("request: [a, b, 1.10], expect: deny"), 2, 'a value is text; write "1.10"'],
    [oneCase("request: [a, b, ~], expect: deny"), 2, 'a value is text; write "~"'],
    [oneCase("request: [a], expect: deny"), 2, "has 3 values (sub, obj, act), not 1"],
    [oneCase("request: a, expect: deny"), 2, "write a list of values: sub, obj, act"],
    [oneCase("request: [a, b, c], expect: alow"), 2, 'is "alow"; write allow or deny'],
    [oneCase("request: [a, b, c]"), 2, "expect: write allow or deny"],
    [oneCase("request: [a, b, c], expect: deny, rul: x"), 2, "rul: is not known here"],
    [oneCase("request: [a, b, c], expect: deny, rule: 7"), 2, "write the rule as it stands"],
    [oneCase("request: [a, b, c], expect: deny, rule: 'g, a, b'"), 2, "such as p, alice"],
    [oneCase("request: [a, b, c], expect: deny, rule: 'p, , b'"), 2, "an empty field"],
    ['cases:\n - { name: "", request: [a, b, c], expect: deny }', 2, "must not be empty"],
    ['cases:\n - { name: "a\\nb", request: [a, b, c], expect: deny }', 2, "must be one line"],
    [`cases:\n - { name: ${"x".repeat(201)}, request: [a, b, c], expect: deny }`, 2, "at most 200"],
    [
      "cases:\n - { name: a, request: [a, b, c], expect: deny }\n - { name: a, request: [a, b, d], expect: deny }",
      3,
      '"a" stands on line 2 already',
    ],
    [row("a, b, c"), 4, "a row has sub, obj, act, expect and perhaps rule: not 3 values"],
    [row("a, b, c, deny, '', more"), 4, "not 6 values"],
    [row("a, b, c, denied"), 4, 'is "denied"; write allow or deny'],
    ["tables:\n  - { name: t, rows: [[a, b, c, deny], [a, b, c, deny]] }", 2, "stands on line 2"],
    ["tables:\n  - { name: t, rows: [a] }", 2, "write a list of values"],
    ["matrices:\n  - { name: m, grid: [[a]] }", 2, "write grid: |"],
    ["matrices:\n  - name: m\n    grid: >\n      a b\n", 3, "write grid: |"],
    [grid("obj act alice"), 3, "write a header and rows below it"],
    [grid("obj alice bob", "/ allow deny"), 4, "names all fields of a request but one"],
    [grid("obj act", "/ GET"), 4, "names all fields of a request but one"],
    [grid("obj obj alice", "/ / allow"), 4, "names all fields of a request but one"],
    [grid("obj act alice alice", "/ GET allow deny"), 4, '"alice" stands twice'],
    [grid("obj act alice bob", "/ GET allow"), 5, "has 2 columns (alice, bob), this row 1 cells"],
    [grid("obj act alice", "/ GET allow deny"), 5, "has 1 columns (alice), this row 2 cells"],
    [grid("obj act alice", "", "/ GET alow"), 6, 'a cell is "alow"; write allow or deny'],
    [grid("obj act alice", '"/ GET allow'), 5, "a quote is not closed"],
    [grid("obj act alice", '"\\x" GET allow'), 5, "a quote is not closed"],
    [grid("obj act alice", "/ GET allow", "/ GET deny"), 6, "stands on line 5 already"],
    [`cases: ${"[".repeat(65)}`, 1, "nested too deeply"],
    [`cases:\n${"- ".repeat(5000)}`, 2, ""],
    ["x".repeat(4 * 1024 * 1024 + 1), 0, "longer than 4194304 characters"],
    ["\n".repeat(1_000_001), 0, "more than 1000000 lines"],
  ])("%.60j", (yaml, line, message) => {
    const read = readCases(yaml, "cases.yaml", () => FIELDS);
    expect(read.ok ? [] : read.faults[0]).toMatchObject({ file: "cases.yaml", line });
    expect(read.ok ? "" : read.faults[0]?.message).toContain(message);
  });

  it("names all of them, up to a bound", () => {
    const wrong = "  - { name: x, request: [a], expect: no }\n";
    const read = readCases(`cases:\n${wrong.repeat(2)}`, "f", () => FIELDS);
    expect(read.ok ? [] : read.faults.map(({ line }) => line)).toEqual([2, 2, 3, 3]);
    const many = readCases(`cases:\n${wrong.repeat(500)}`, "f", () => FIELDS);
    expect(many.ok ? 0 : many.faults.length).toBe(50);
  });
});

describe("hostile text", () => {
  /** In the shape of a cases file, with what YAML and grids have of marks. */
  const piece = fc.constantFrom(
    ..."cases:|tables:|matrices:|name: n|request: [a, b, c]|expect: allow|rule: p, a|grid: |\n|\n  |\n    - |- |[|]|{|}|,|: |&a |*a|<<: |'|\"|!!str |!x |? |# |--- |...|\t|\\|obj act a|\u0000|\ud800|\u2028|%YAML|@|`".split(
      "|",
    ),
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary", maxLength: 200 }),
  );

  /** What a case may be made of, and what must never pass for it. */
  const junk = fc.oneof(
    fc.constantFrom<unknown>(null, "", 0, -1.5, true, [], {}, [[]], { name: "n" }, "\u0007", [
      null,
    ]),
    fc.array(fc.constantFrom("a", 1, null), { maxLength: 4 }),
  );
  const SOUND = { request: ["a", "b", "c"], expect: "deny" };
  const spoilt = fc
    .tuple(fc.constantFrom("name", "request", "expect", "context", "more", "rule"), junk)
    .map(([key, value]) => ({ name: "spoilt", ...SOUND, [key]: value }))
    .filter(({ rule, request }: Record<string, unknown>) => rule !== "" && !isSound(request, rule));
  const isSound = (request: unknown, rule: unknown): boolean =>
    rule === undefined &&
    Array.isArray(request) &&
    request.length === 3 &&
    request.every((value) => typeof value === "string");

  const parts = fc.record({
    cases: fc.nat(3),
    rows: fc.nat(3),
    wrong: fc.option(fc.oneof(spoilt, junk)),
    at: fc.nat(3),
    indent: fc.integer({ min: 2, max: 4 }),
    key: fc.constantFrom("cases", "tables", "matrices"),
  });
  type Parts = typeof parts extends fc.Arbitrary<infer Made> ? Made : never;

  function yamlOf({ cases, rows, wrong, at, indent, key }: Parts): string {
    const items = Array.from({ length: cases }, (_, n) => ({ name: `n${n}`, ...SOUND }));
    const inRows = Array.from({ length: rows }, (_, n) => ["a", `${n}x`, "c", "deny"]);
    const root: Record<string, unknown[]> = {
      ...(cases > 0 && { cases: items }),
      ...(rows > 0 && { tables: [{ name: "t", rows: inRows }] }),
    };
    if (wrong !== null) (root[key] ??= []).splice(at, 0, wrong);
    return stringify(root, { indent, collectionStyle: indent === 4 ? "flow" : "any" });
  }

  it("a file is read whole, every case of it, or refused for the one that is wrong", () => {
    let [whole, refused] = [0, 0];
    fc.assert(
      fc.property(parts, (made) => {
        const { cases, rows, wrong } = made;
        const yaml = yamlOf(made);
        const read = readCases(yaml, "f", () => FIELDS);
        const isSound = wrong === null && cases + rows > 0;
        expect([yaml, read.ok ? read.cases.length : 0]).toEqual([yaml, isSound ? cases + rows : 0]);
        if (read.ok) whole += 1;
        else refused += 1;
        const lines = read.ok ? [] : read.faults.map(({ line }) => line);
        expect(lines.filter((line) => line < 1 || line > yaml.split("\n").length)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(Math.min(whole, refused)).toBeGreaterThan(50);
  });

  it.each([
    ["{ a: 1, a: 2 }", "a: is written twice"],
    ["{ ? [x] : 1 }", "a key is text"],
    ["{ ? { a: 1 } : 1 }", "a key is text"],
    ["{ ~: 1 }", "a key is text"],
    ["[{ b: { a: 1, 'a': 2 } }]", "a: is written twice"],
  ])("an object %s of a request is refused", (object, message) => {
    const read = readCases(oneCase(`request: [${object}, b, c], expect: deny`), "f", () => FIELDS);
    expect(read).toMatchObject({
      ok: false,
      faults: [{ line: 2, message: expect.stringContaining(message) }],
    });
  });

  it.each([
    ["lists in lists", `cases:\n - ${"- ".repeat(50_000)}\n`, "nested too deeply"],
    ["keys in keys", `cases:\n - ${"? ".repeat(50_000)}\n`, "nested too deeply"],
    [
      "blocks in blocks",
      Array.from({ length: 2000 }, (_, n) => `${" ".repeat(n)}a:\n`).join(""),
      "nested too deeply",
    ],
    ["mappings on one line", `a: ${"a: ".repeat(1_300_000)}`, "lines, commas, brackets"],
    ["two documents", `${oneCase("request: [a, b, c], expect: deny")}---\na: b\n`, "one document"],
  ])("%s: said in plain words, within seconds", (_, yaml, message) => {
    const startedMs = workedMs();
    const read = readCases(yaml, "f", () => FIELDS);
    expect(workedMs() - startedMs).toBeLessThan(MAX_MS);
    expect(read.ok ? "" : read.faults[0]?.message).toContain(message);
  });

  it("gives cases or faults, and never throws", () => {
    fc.assert(
      fc.property(text, (yaml) => {
        const read = readCases(yaml, "f", () => FIELDS);
        if (read.ok) expect(read.cases.length).toBeGreaterThan(0);
        else expect(read.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it("a header as long as a file may be is read in a moment", () => {
    const header = Array.from({ length: 300_000 }, (_, at) => `w${at}`).join(" ");
    const startedMs = workedMs();
    const read = readCases(grid(`act obj ${header}`, "GET /x allow"), "cases.yaml", () => FIELDS);
    expect(read).toMatchObject({ ok: false, faults: [{ line: 5 }] });
    // Minutes, where each word is looked for among all others.
    expect(workedMs() - startedMs).toBeLessThan(3000);
  });

  it("a cases file with one character changed is still read or refused", () => {
    const whole = `cases:\n  - { name: n, request: [a, { b: [1] }, c], expect: deny }\n${row("a, b, c, deny")}${grid("obj act alice", "/ GET allow")}`;
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(2), piece, (at, cut, added) => {
        const read = readCases(
          whole.slice(0, at) + added + whole.slice(at + cut),
          "f",
          () => FIELDS,
        );
        expect(read.ok ? read.cases.length : read.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  const BILLION = `cases:
  - name: a
    request:
      - &a [x, x, x, x, x, x, x, x, x, x]
      - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
    expect: deny
`;
  const half = (unit: string): string => `cases: [${unit.repeat(120_000 / unit.length)}]`;
  const rows = "[a, b, c, deny],".repeat(1000);
  const uses = Array.from({ length: 2000 }, (_, at) => `  - { name: t${at}, rows: *r }\n`).join("");

  // Without its bound each takes minutes, or all memory.
  it.each([
    ["aliases of aliases", BILLION],
    ["an alias of itself", "cases:\n  - { name: a, request: [&a [*a], b, c], expect: deny }\n"],
    ["pairs of brackets", "[]".repeat(30_000)],
    ["empty lists", half("[],")],
    ["aliases", half("*a,")],
    ["many rows, used often", `tables:\n  - { name: t, rows: &r [${rows}] }\n${uses}`],
    ["aliases of one anchor", `cases: [&a x, ${"*a,".repeat(50_000)}]`],
  ])("%s are refused within seconds", (_, yaml) => {
    const startedMs = workedMs();
    expect(readCases(yaml, "f", () => FIELDS).ok).toBe(false);
    expect(workedMs() - startedMs).toBeLessThan(MAX_MS);
  });
});

describe("a context", () => {
  const two = (context: string): readonly string[] | string => {
    if (context === "") return FIELDS;
    return context === "2" ? ["sub", "act"] : `no context is ${context}`;
  };
  const read = (yaml: string): ReturnType<typeof readCases> => readCases(yaml, "f", two);

  it("of a case, a table and a matrix says which fields a request has", () => {
    const yaml = `cases:
  - { name: own, request: [alice, /, GET], expect: allow }
  - { name: other, context: "2", request: [alice, GET], expect: allow }
tables:
  - { name: t, context: 2, rows: [[bob, GET, deny, ""]] }
matrices:
  - name: m
    context: '2'
    grid: |
      act  carol
      GET  deny
`;
    const cases = read(yaml);
    expect(cases.ok && cases.cases.map(({ context, request }) => [context, request])).toEqual([
      ["", ["alice", "/", "GET"]],
      ["2", ["alice", "GET"]],
      ["2", ["bob", "GET"]],
      ["2", ["carol", "GET"]],
    ]);
  });

  it.each([
    ['context: "3", request: [alice, GET]', "context: no context is 3"],
    ["context: [2], request: [alice, GET]", "context: write which definitions decide"],
    ['context: "", request: [alice, /, GET]', "context: write which definitions decide"],
    ["context: , request: [alice, /, GET]", "context: write which definitions decide"],
    ["context: 1.5, request: [alice, /, GET]", "context: write which definitions decide"],
    ['context: "2", request: [alice, /, GET]', "request: has 2 values (sub, act), not 3"],
  ])("%s is refused", (rest, message) => {
    const refused = read(oneCase(`${rest}, expect: deny`));
    expect(refused).toMatchObject({
      ok: false,
      faults: [{ line: 2, message: expect.stringContaining(message) }],
    });
  });
});
