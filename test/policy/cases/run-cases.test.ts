// Cases pass when and only when the policy does what they say; coverage says which rules they test.
import { describe, expect, it } from "vitest";
import { coverageOf } from "../../../src/policy/cases/coverage.ts";
import { readCases } from "../../../src/policy/cases/read-cases.ts";
import { type CaseResult, runCases } from "../../../src/policy/cases/run-cases.ts";
import type { CheckedPolicy } from "../../../src/policy/engine.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { MODEL, model, RULES, sourceOf } from "../support.ts";

interface Ran {
  readonly policy: CheckedPolicy;
  readonly results: readonly CaseResult[];
}

async function run(yaml: string, rules = RULES): Promise<Ran> {
  const load = await loadPolicy(sourceOf(MODEL, rules), { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults));
  const read = readCases(yaml, "cases.yaml", () => load.policy.model.request);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  let now = 0;
  return {
    policy: load.policy,
    results: runCases(
      () => load,
      read.cases,
      () => (now += 500),
    ),
  };
}

const oneCase = (rest: string): string => `cases:\n  - { name: n, ${rest} }\n`;

describe("policy cases", () => {
  it.each([
    ["request: [alice, /orders, GET], expect: allow", ""],
    ['request: [alice, /orders, GET], expect: allow, rule: "p, role:customer, /orders, GET"', ""],
    [
      'request: [alice, /orders, GET], expect: allow, rule: "p,role:customer,\\"/orders\\",GET,allow"',
      "",
    ],
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
      'request: [alice, /orders, GET], expect: allow, rule: "p, role:customer, /orders, GET, deny"',
      'expected "p, role:customer, /orders, GET, deny" to decide, got policy.csv:2 "p, role:customer, /orders, GET"',
    ],
    [
      `request: [alice, ${"x".repeat(8193)}, GET], expect: deny`,
      "expected deny, got an error: a request field is longer than 8192 characters",
    ],
  ])("%.120s", async (rest, message) => {
    const { results } = await run(oneCase(rest));
    expect(results).toMatchObject([{ message, passed: message === "", durationNs: 500 }]);
  });
});

describe("coverage", () => {
  const covers = async (yaml: string, rules?: string): Promise<object> => {
    const { policy, results } = await run(yaml, rules);
    const { rules: covered, deciding, percent } = coverageOf([{ policy, results }]);
    return { covers: covered.map(({ cover }) => cover), deciding, percent: Math.floor(percent) };
  };

  it("tells rules that decide from those that are overruled and those nobody met", async () => {
    const rows = "tables:\n  - name: t\n    rows:\n      - [dave, /orders, GET, deny]\n";
    expect(await covers(rows)).toEqual({
      covers: ["overruled", "never", "decides"],
      deciding: 1,
      percent: 33,
    });
    expect(await covers(`${rows}      - [alice, /orders/1, GET, allow]\n`)).toMatchObject({
      covers: ["overruled", "decides", "decides"],
      percent: 66,
    });
  });

  it("counts equal rules as one that decides, and what can't be decided as nothing", async () => {
    const twice = "p, alice, /, GET\np, alice, /, GET\n";
    expect(await covers(oneCase("request: [alice, /, GET], expect: allow"), twice)).toMatchObject({
      deciding: 2,
      percent: 100,
    });
    const undecided = oneCase(`request: [alice, ${"x".repeat(9000)}, GET], expect: deny`);
    expect(await covers(undecided, "p, alice, /*, GET\n")).toMatchObject({ covers: ["never"] });
  });

  it("tells which role links lead to a deciding rule", async () => {
    const rows = "tables:\n  - name: t\n    rows:\n      - [alice, /orders, GET, allow]\n";
    const { policy, results } = await run(rows, `${RULES}g, role:customer, role:reader\n`);
    const { links } = coverageOf([{ policy, results }]);
    expect([links.used, links.unused.map(({ text }) => text)]).toEqual([
      1,
      ["g, dave, role:customer", "g, dave, role:suspended", "g, role:customer, role:reader"],
    ]);
  });

  it("tells links of one domain from those of another", async () => {
    const domains = model({
      request: "sub, dom, obj, act",
      policy: "sub, dom, obj, act",
      roles: "g = _, _, _",
      matcher: "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && r.act == p.act",
      effect: "some(where (p.eft == allow))",
    });
    const rules = "p, admin, red, /, GET\ng, alice, admin, red\ng, alice, admin, blue\n";
    const load = await loadPolicy(sourceOf(domains, rules), { request: null });
    if (!load.ok) throw new Error(JSON.stringify(load.faults));
    const read = readCases(oneCase("request: [alice, red, /, GET], expect: allow"), "f", () => [
      ...load.policy.model.request,
    ]);
    const results = runCases(
      () => load,
      read.ok ? read.cases : [],
      () => 0,
    );
    const { links } = coverageOf([{ policy: load.policy, results }]);
    expect([links.used, links.unused.map(({ line }) => line)]).toEqual([1, [3]]);
  });

  it("of several contexts counts each rule once, by the best that any says", async () => {
    const decided = await run(oneCase("request: [alice, /orders, GET], expect: allow"));
    const none = { policy: decided.policy, results: [] };
    expect(coverageOf([none, decided, none])).toEqual(coverageOf([decided]));
  });

  it("is whole where there are no rules", async () => {
    const none = oneCase("request: [alice, /, GET], expect: deny");
    expect(await covers(none, "g, alice, admin\n")).toMatchObject({ percent: 100, deciding: 0 });
  });
});
