// Policy tests are read strictly, and fail when and only when the policy does something else.
import { describe, expect, it } from "vitest";
import { decideLines } from "../../src/policy/decide-lines.ts";
import { readCases, runCases } from "../../src/policy/test-cases.ts";
import { loaded, MODEL, RULES } from "./support.ts";

const run = async (yaml: string): Promise<readonly string[]> => {
  const read = readCases(yaml, "cases.yaml");
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return runCases(await loaded(MODEL, RULES), read.cases).map(({ message }) => message);
};

const oneCase = (rest: string): string => `cases:\n  - { name: n, ${rest} }\n`;

describe("policy cases", () => {
  it.each([
    ["request: [alice, /orders, GET], expect: allow", ""],
    ['request: [alice, /orders, GET], expect: allow, rule: "p, role:customer, /orders, GET"', ""],
    ['request: [eve, /orders, GET], expect: deny, rule: ""', ""],
    ["request: [alice, /orders, PUT], expect: allow", "expected allow, got deny by no rule"],
    [
      "request: [alice, /orders, GET], expect: deny",
      'expected deny, got allow by policy.csv:2 "p, role:customer, /orders, GET"',
    ],
    [
      'request: [dave, /orders, GET], expect: deny, rule: ""',
      'expected no rule to decide, got policy.csv:6 "p, role:suspended, /*, *, deny"',
    ],
    [
      "request: [alice], expect: deny",
      "expected deny, got an error: a request has 3 fields, not 1",
    ],
  ])("%s", async (rest, message) => {
    expect(await run(oneCase(rest))).toEqual([message]);
  });

  it.each([
    ["cases: []\n", 1, "write a list of cases"],
    ["case: 1\n", 1, "write a list of cases"],
    ["", 1, "write a list of cases"],
    [oneCase("request: [a, b, 1], expect: deny"), 2, "request.2"],
    [oneCase("request: [a], expect: maybe"), 2, "expect"],
    [oneCase("request: [a], expect: deny, rul: x"), 2, "rul"],
    ["cases:\n  - name: x\n\n  - nothing\n", 2, "request"],
    ["cases: [\n", 2, ""],
  ])("refuses %j", (yaml, line, message) => {
    const read = readCases(yaml, "cases.yaml");
    expect(read.ok ? [] : read.faults[0]).toMatchObject({ file: "cases.yaml", line });
    expect(read.ok ? "" : read.faults[0]?.message).toContain(message);
  });
});

describe("decideLines", () => {
  it("answers each line, and denies what is none", async () => {
    const snapshot = await loaded(MODEL, RULES);
    const lines = [
      '["alice","/orders","GET"]',
      "",
      '["eve","/x","GET"]',
      '["a"]',
      "[1]",
      "{",
      "{}",
    ];
    let now = 0;
    const answers = [...decideLines(snapshot, lines, () => (now += 1500))];
    expect(answers).toEqual([
      { decision: "allow", rule: "p, role:customer, /orders, GET", line: 2, us: 1.5 },
      { decision: "deny", rule: "", line: 0, us: 1.5 },
      { decision: "deny", rule: "", line: 0, us: 1.5, error: "a request has 3 fields, not 1" },
      expect.objectContaining({ decision: "deny", error: "a request has 3 fields, not 1" }),
      expect.objectContaining({ decision: "deny", error: expect.stringContaining("not JSON") }),
      expect.objectContaining({ decision: "deny", error: "a request is a JSON array" }),
    ]);
  });
});
