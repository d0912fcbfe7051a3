// A case is added below the last one; every other character of the file stays, or nothing is done.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addCase, type CaseAdded } from "../../../src/policy/cases/add-case.ts";
import { caseOfRow, type DecidedRow, type NewCase } from "../../../src/policy/cases/new-case.ts";
import { readCases } from "../../../src/policy/cases/read-cases.ts";

const FIELDS = ["sub", "obj", "act"];
const NEW: NewCase = {
  name: "GET /orders by alice",
  request: ["alice", "/orders", "GET"],
  expect: "allow",
  rule: "p, role:customer, /orders, GET",
};
const YAML = `- name: GET /orders by alice
  request: [alice, /orders, GET]
  expect: allow
  rule: p, role:customer, /orders, GET
`;
const ITEM = YAML.replace(/^(?=.)/gm, "  ");

const add = (text: string, wanted: Partial<NewCase> = {}): CaseAdded =>
  addCase({ text, file: "cases.yaml", fieldsOf: () => FIELDS, context: "" }, { ...NEW, ...wanted });
const textOf = (added: CaseAdded): string => (added.ok ? added.text : added.message);

const OLD = "- { name: old, request: [a, b, c], expect: deny }";
const TABLES = "tables:\n  - { name: t, rows: [[a, b, c, deny]] }\n";

describe("adding a case", () => {
  it.each([
    ["", `cases:\n${ITEM}`],
    ["# why\n", `# why\ncases:\n${ITEM}`],
    [`cases:\n  ${OLD}`, `cases:\n  ${OLD}\n${ITEM}`],
    [`cases:\n${OLD}\n`, `cases:\n${OLD}\n${YAML}`],
    [
      `# a\ncases: # b\n  ${OLD} # c\n\n  # d\n\n${TABLES}# e\n`,
      `# a\ncases: # b\n  ${OLD} # c\n${ITEM}\n  # d\n\n${TABLES}# e\n`,
    ],
    [TABLES, `${TABLES}cases:\n${ITEM}`],
    [
      "cases:\n  - name: old\n    request: [ a,b,  'c' ]\n    expect: deny\n    rule: >-\n      p, a,\n      b, c\n",
      `cases:\n  - name: old\n    request: [ a,b,  'c' ]\n    expect: deny\n    rule: >-\n      p, a,\n      b, c\n${ITEM}`,
    ],
    [
      `cases:\r\n  ${OLD}\r\n# end\r\n`,
      `cases:\r\n  ${OLD}\r\n${ITEM.replaceAll("\n", "\r\n")}# end\r\n`,
    ],
  ])("%j", (before, after) => {
    expect(textOf(add(before))).toBe(after);
  });

  it("says where it stands, and gives it alone", () => {
    const added = add(`cases:\n  ${OLD}\n`);
    expect(added).toMatchObject({ ok: true, yaml: YAML, added: { line: 3, file: "cases.yaml" } });
  });

  it("finds a free name", () => {
    const once = textOf(add(""));
    const twice = textOf(add(once, { request: ["bob", "/orders", "GET"] }));
    const cases = readCases(twice, "f", () => FIELDS);
    expect(cases.ok && cases.cases.map(({ name }) => name)).toEqual([
      "GET /orders by alice",
      "GET /orders by alice (2)",
    ]);
  });

  it.each([
    ["a request that a case tests", `cases:\n  ${OLD}\n`, 2],
    [
      "one that a cell of a grid tests",
      "matrices:\n  - name: m\n    grid: |\n      obj act a\n      b c deny\n",
      5,
    ],
  ])("refuses %s", (_, text, line) => {
    expect(add(text, { request: ["a", "b", "c"] })).toMatchObject({
      reason: "exists",
      message: expect.stringMatching(new RegExp(`^cases.yaml:${line}: .* expects deny$`)),
    });
  });

  it.each([
    ["cases: [\n", /^nothing is added to a faulty file: cases.yaml:2: /],
    [`cases: [ ${OLD.slice(2)} ]\n`, /add it by hand:\n- name: GET/],
    [`cases:\n  -\n    ${OLD.slice(2)}\n`, /add it by hand/],
    [`{ ${TABLES.replace(/\n.*- /, " [").replace("}\n", "}]")} }\n`, /add it by hand/],
    [
      `cases: &all\n  ${OLD}\n...\n# more\n`,
      /^cases: &all\n.*old.*\n  - name: GET(?:.|\n)*\.\.\.\n# more\n$/,
    ],
  ])("%j", (text, message) => {
    expect(textOf(add(text))).toMatch(message);
  });

  it("any request and rule are read back as they were", () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...Array.from("'\"\\:#-[]{},&*!|>%@` \t\n")),
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      ),
    });
    const wellFormed = text.filter((each) => each.isWellFormed());
    fc.assert(
      fc.property(wellFormed, wellFormed, wellFormed, (sub, obj, act) => {
        const added = add(`cases:\n  ${OLD}\n${TABLES}`, { request: [sub, obj, act] });
        expect(added).toMatchObject({ ok: true, added: { request: [sub, obj, act] } });
      }),
      { numRuns: 100 },
    );
  });
});

describe("adding a case of a context", () => {
  const within = (text: string): CaseAdded =>
    addCase({ text, file: "f", fieldsOf: () => FIELDS, context: "2" }, NEW);
  const named = YAML.replace("\n", '\n  context: "2"\n');

  it("names it", () => {
    expect(within("")).toMatchObject({ ok: true, yaml: named, added: { context: "2" } });
  });

  it("is none of another context, and one of a case that names none", () => {
    expect(within(textOf(add(""))).ok).toBe(false);
    expect(within(textOf(within("")))).toMatchObject({ reason: "exists" });
    expect(within(textOf(within("")).replace('"2"', '"3"')).ok).toBe(true);
  });

  it("says why the model has none", () => {
    const missing = { text: "", file: "f", fieldsOf: () => "m.conf:1: no r2", context: "2" };
    expect(textOf(addCase(missing, NEW))).toBe("m.conf:1: no r2");
  });
});

describe("a recorded request", () => {
  const row: DecidedRow = {
    method: "GET",
    path: "/orders",
    principal: "alice",
    decision: "allow",
    rule: "p, role:customer, /orders, GET",
    policy_request: ["alice", "/orders", "GET"],
    policy_replay: "",
  };

  it.each([
    [{}, {}, NEW],
    [{ decision: "deny", rule: "" }, {}, { ...NEW, expect: "deny", rule: "" }],
    [{ decision: "deny" }, { expect: "allow" }, { ...NEW, rule: null }],
    [{ decision: "error", rule: "" }, { expect: "deny" }, { ...NEW, expect: "deny", rule: null }],
    [{ principal: "" }, {}, { ...NEW, name: "GET /orders by anonymous" }],
    [{ path: "/\u0000\n" }, {}, { ...NEW, name: "GET /?? by alice" }],
    [{}, { name: "mine" }, { ...NEW, name: "mine" }],
    [
      { policy_replay: "json", policy_request: ['{"Age":20}', '"/orders"', '"GET"'] },
      {},
      { ...NEW, request: [{ Age: 20 }, "/orders", "GET"] },
    ],
  ] as const)("%j with %j", (changes, wishes, expected) => {
    expect(caseOfRow({ ...row, ...changes }, wishes)).toEqual(expected);
  });

  it("of a weir that did not record how the tuple was kept", () => {
    const { policy_replay: _, ...older } = row;
    expect(caseOfRow(older, {})).toEqual(NEW);
  });

  it.each([
    [{ decision: "error" }, /^its decision was "error"; say what you expect/],
    [{ decision: "none", policy_request: [] }, /^no policy was asked/],
    [{ policy_replay: "json" }, /^it was recorded in a way this version can't read/],
    [{ policy_replay: "redacted" }, /^a secret in its request was not recorded/],
    [{ policy_replay: "cut" }, /too long to be recorded/],
    [{ policy_replay: "newer" }, /^it was recorded in a way this version can't read/],
  ])("%j can't be a case", (changes, message) => {
    expect(caseOfRow({ ...row, ...changes }, {})).toMatch(message);
  });
});
