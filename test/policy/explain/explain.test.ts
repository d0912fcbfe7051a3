// Why a request is allowed or denied: reasons, overridden rules and nearest misses.
import { describe, expect, it } from "vitest";
import { createExplainer } from "../../../src/policy/explain/explain.ts";
import {
  type ExplanationJson,
  explanationJson,
} from "../../../src/policy/explain/explanation-json.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import type { RequestTuple } from "../../../src/policy/request/tuple.ts";
import { model, MODEL, RULES, sourceOf } from "../support.ts";

async function explained(
  modelText: string,
  rules: string,
  request: RequestTuple,
): Promise<ExplanationJson> {
  const load = await loadPolicy(sourceOf(modelText, rules), { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults, null, 1));
  return explanationJson(createExplainer(load.policy, load.snapshot).explain(request));
}

/** "source: term request|rule, ..." for each miss. */
function misses({ nearest_misses }: ExplanationJson): readonly string[] {
  return nearest_misses.map(({ rule_source, failed }) => {
    const terms = failed.map(({ term, request, rule }) => `${term} ${told(request)}|${told(rule)}`);
    return `${rule_source.replace("policy.csv:", "")}: ${terms.join("; ")}`;
  });
}

function told(side: unknown): string {
  return typeof side === "string" ? side : JSON.stringify(side);
}

describe("by effect", () => {
  const rulesOf = (eft: boolean): string =>
    eft
      ? "p, a, /x, GET, allow\np, a, /x, GET, deny\np, a, /y, GET, allow\np, b, /z, GET, deny"
      : "p, a, /x, GET";
  const simple = (effect: string): string =>
    model({ effect, matcher: "r.sub == p.sub && r.obj == p.obj && r.act == p.act" });

  it("allow-override: the rule, or the misses", async () => {
    const allowed = await explained(simple(EFFECTS.allowOverride), rulesOf(false), [
      "a",
      "/x",
      "GET",
    ]);
    expect(allowed).toMatchObject({
      decision: "allow",
      reason: "rule",
      rule: "p, a, /x, GET",
      rule_source: "policy.csv:1",
      overridden: [],
      nearest_misses: [],
    });
    const denied = await explained(simple(EFFECTS.allowOverride), rulesOf(true), [
      "b",
      "/z",
      "GET",
    ]);
    expect(denied).toMatchObject({ decision: "deny", reason: "no_rule_allows", rule: "" });
    // The deny rule matches, and is no miss.
    expect(misses(denied)).toEqual([
      "1: r.sub == p.sub b|a; r.obj == p.obj /z|/x",
      "3: r.sub == p.sub b|a; r.obj == p.obj /z|/y",
    ]);
  });

  it("allow-and-deny: the deny and what it overrode, or that nothing allows either", async () => {
    const over = await explained(simple(EFFECTS.allowAndDeny), rulesOf(true), ["a", "/x", "GET"]);
    expect(over).toMatchObject({
      decision: "deny",
      reason: "rule",
      rule_source: "policy.csv:2",
      overridden: [{ rule: "p, a, /x, GET, allow", rule_source: "policy.csv:1" }],
      overridden_count: 1,
      nearest_misses: [],
    });
    const both = await explained(simple(EFFECTS.allowAndDeny), rulesOf(true), ["b", "/z", "GET"]);
    expect(both).toMatchObject({ rule_source: "policy.csv:4", overridden: [] });
    expect(misses(both)).toHaveLength(2);
  });

  it("deny-override: why it is allowed without a rule; that no other rule would help", async () => {
    const allowed = await explained(simple(EFFECTS.denyOverride), rulesOf(true), ["c", "/", "GET"]);
    expect(allowed).toMatchObject({ decision: "allow", reason: "no_rule_denies", rule: "" });
    expect(misses(allowed)).toEqual([]);
    const denied = await explained(simple(EFFECTS.denyOverride), rulesOf(true), ["a", "/x", "GET"]);
    expect(denied).toMatchObject({ decision: "deny", reason: "rule", overridden_count: 1 });
    expect(misses(denied)).toEqual([]);
  });

  it("priority: what the first rule overrode, and only misses that would have come before it", async () => {
    const text = model({
      policy: "priority, sub, obj, act, eft",
      effect: EFFECTS.priority,
      matcher: "r.sub == p.sub && r.obj == p.obj && r.act == p.act",
    });
    const rules =
      "p, 10, a, /x, GET, allow\np, 5, a, /x, GET, deny\np, 1, b, /x, GET, allow\np, 20, a, /y, GET, allow";
    const denied = await explained(text, rules, ["a", "/x", "GET"]);
    expect(denied).toMatchObject({ rule_source: "policy.csv:2", overridden_count: 1 });
    expect(misses(denied)).toEqual(["3: r.sub == p.sub a|b"]);
    const none = await explained(text, rules, ["c", "/x", "GET"]);
    expect(misses(none).map((miss) => miss[0])).toEqual(["3", "1", "4"]);
  });

  it("subject priority", async () => {
    const text = model({
      effect: EFFECTS.subjectPriority,
      matcher: "g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act",
    });
    const rules = "p, admin, /x, GET, deny\np, alice, /x, GET, allow\ng, alice, admin";
    expect(await explained(text, rules, ["alice", "/x", "GET"])).toMatchObject({
      decision: "allow",
      rule_source: "policy.csv:2",
    });
    const denied = await explained(text, rules, ["admin", "/x", "GET"]);
    expect(denied).toMatchObject({ decision: "deny", rule_source: "policy.csv:1" });
  });

  it("a matcher that asks no rules", async () => {
    const text = model({
      matcher: 'r.sub == "root" && r.act != "DELETE"',
      effect: EFFECTS.allowOverride,
    });
    expect(await explained(text, "", ["root", "/", "GET"])).toMatchObject({
      decision: "allow",
      reason: "matcher",
    });
    expect(await explained(text, "", ["x", "/", "DELETE"])).toMatchObject({
      decision: "deny",
      reason: "matcher",
      failed_always: [
        { term: 'r.sub == "root"', request: "x", rule: "root" },
        { term: 'r.act != "DELETE"', request: "DELETE", rule: "DELETE" },
      ],
      nearest_misses: [],
    });
  });

  it("no rules, and what can't be decided", async () => {
    expect(await explained(MODEL, "# none", ["a", "/", "GET"])).toMatchObject({
      decision: "deny",
      reason: "no_rule_allows",
      nearest_misses: [],
    });
    expect(await explained(MODEL, RULES, ["a", "/"])).toMatchObject({
      decision: "error",
      reason: "not_a_request",
      error: "a request has 3 fields, not 2",
      nearest_misses: [],
    });
  });
});

describe("by term", () => {
  const of = async (
    matcher: string,
    rule: string,
    parts: Parameters<typeof model>[0] = {},
  ): Promise<ExplanationJson> => {
    const text = model({
      matcher,
      effect: EFFECTS.allowOverride,
      policy: "sub, obj, act",
      ...parts,
    });
    return explained(text, rule, ["alice", "/x/1", "GET"]);
  };

  it.each([
    ["r.act == p.act", "p, a, b, POST", "1: r.act == p.act GET|POST"],
    ["keyMatch2(r.obj, p.obj)", "p, a, /y/:id, c", "1: keyMatch2(r.obj, p.obj) /x/1|/y/:id"],
    ["regexMatch(r.act, p.act)", "p, a, b, ^P", "1: regexMatch(r.act, p.act) GET|^P"],
    ["!(r.act == p.act)", "p, a, b, GET", "1: !(r.act == p.act) GET|GET"],
    [
      "!(r.act == p.act || r.sub == p.sub)",
      "p, alice, b, GET",
      "1: !(r.act == p.act) GET|GET; !(r.sub == p.sub) alice|alice",
    ],
    ["!(r.act == p.act && r.sub == p.sub)", "p, alice, b, GET", "1: !(r.act == p.act) GET|GET"],
    ["!!(r.act == p.act)", "p, a, b, X", "1: r.act == p.act GET|X"],
    [
      'p.sub == "x" && (r.act in ("PUT", p.act))',
      "p, x, b, POST",
      '1: r.act in ("PUT", p.act) GET|["PUT","POST"]',
    ],
    ['p.sub == "x" && r.act == p.act', "p, y, b, GET", '1: p.sub == "x" null|["y","x"]'],
    // Of two alternatives the nearer one; of two as near the one that asks the request.
    ["r.act == p.act || r.sub == p.sub && r.obj == p.obj", "p, b, c, d", "1: r.act == p.act GET|d"],
    [
      "r.act == p.act && r.sub == p.sub || r.obj == p.obj",
      "p, alice, c, d",
      "1: r.act == p.act GET|d",
    ],
    ['p.sub == "*" || r.sub == p.sub', "p, bob, b, c", "1: r.sub == p.sub alice|bob"],
    ["r.sub < p.sub", "p, Z, b, c", "1: r.sub < p.sub alice|Z"],
  ])("%s", async (matcher, rule, expected) => {
    expect(misses(await of(matcher, rule))).toEqual([expected]);
  });

  it("a role: which ones the subject holds", async () => {
    const denied = await of("g(r.sub, p.sub)", "p, boss, b, c\ng, alice, team\ng, team, staff");
    expect(denied.nearest_misses[0]?.failed).toEqual([
      {
        term: "g(r.sub, p.sub)",
        request: "alice",
        rule: "boss",
        roles_held: ["team", "staff"],
        roles_held_count: 2,
      },
    ]);
  });

  it("a role in a domain, and one of things", async () => {
    const domain = model({
      request: "sub, dom",
      policy: "sub, dom",
      roles: "g = _, _, _",
      effect: EFFECTS.allowOverride,
      matcher: "g(r.sub, p.sub, r.dom) && r.dom == p.dom",
    });
    const rules = "p, admin, d1\np, admin, d2\ng, alice, admin, d1\ng, alice, guest, d2";
    const denied = await explained(domain, rules, ["alice", "d2"]);
    const role = {
      term: "g(r.sub, p.sub, r.dom)",
      request: ["alice", "d2"],
      rule: "admin",
      roles_held: ["guest"],
      roles_held_count: 1,
    };
    expect(denied.nearest_misses.map(({ failed }) => failed)).toEqual([
      [role],
      [role, { term: "r.dom == p.dom", request: "d2", rule: "d1" }],
    ]);
    const things = await of(
      "g(r.sub, p.sub) && g2(r.obj, p.obj)",
      "p, alice, all, c\ng2, /x/2, all",
      {
        roles: "g = _, _\ng2 = _, _",
      },
    );
    expect(misses(things)).toEqual(["1: g2(r.obj, p.obj) /x/1|all"]);
  });

  it("ten links held are told, all but the first twenty only counted", async () => {
    const links = Array.from({ length: 10 }, (_, at) => `g, n${at}, n${at + 1}`).join("\n");
    const path = (await explained(MODEL, `p, n10, /, GET\n${links}`, ["n0", "/", "GET"]))
      .role_paths;
    expect(path).toEqual([
      { definition: "g", path: Array.from({ length: 11 }, (_, at) => `n${at}`) },
    ]);
    const many = Array.from({ length: 30 }, (_, at) => `g, a, r${at}`).join("\n");
    const [miss] = (await explained(MODEL, `p, x, /, GET\n${many}`, ["a", "/", "GET"]))
      .nearest_misses;
    expect(miss?.failed[0]?.roles_held).toHaveLength(20);
    expect(miss?.failed[0]?.roles_held_count).toBe(30);
  });

  it("attributes, a rule's own condition and its roles, calculations", async () => {
    const abac = model({
      policy: "rule, obj, act",
      effect: EFFECTS.allowOverride,
      matcher: "eval(p.rule) && r.obj.kind == p.obj && (r.act == p.act)",
    });
    const rules =
      'p, r.sub.age > 18 && r.sub.age + 1 < 60, doc, GET\np, "g(r.sub.name, ""admin"")", doc, GET\ng, ann, boss\ng, boss, admin';
    const child = { name: "bob", age: 17 };
    const denied = await explained(abac, rules, [child, { kind: "doc" }, "GET"]);
    expect(misses(denied)).toEqual([
      "1: r.sub.age > 18 17|18",
      '2: g(r.sub.name, "admin") bob|admin',
    ]);
    expect(denied.failed_always).toEqual([]);
    const [unknown] = misses(await explained(abac, rules, [{ name: "x" }, { kind: "doc" }, "GET"]));
    expect(unknown).toContain("r.sub.age > 18 null|18");
    expect(await explained(abac, rules, [{}, { kind: "doc" }, "GET"])).toMatchObject({
      decision: "error",
      reason: "error",
      rule_source: "policy.csv:2",
      error: expect.stringContaining("g takes texts"),
      role_path: [],
      nearest_misses: [],
    });
    const allowed = await explained(abac, rules, [{ name: "ann", age: 5 }, { kind: "doc" }, "GET"]);
    expect(allowed).toMatchObject({ decision: "allow", role_path: ["ann", "boss", "admin"] });
  });

  it("what fails whatever a rule says is said once", async () => {
    const denied = await of('r.act == "POST" && r.sub == p.sub', "p, bob, b, c\np, alice, b, c");
    expect(denied.failed_always).toEqual([
      { term: 'r.act == "POST"', request: "GET", rule: "POST" },
    ]);
    expect(misses(denied)).toEqual(["2: ", "1: r.sub == p.sub alice|bob"]);
    const root = await of('r.sub == "root" || r.obj == p.obj', "p, a, /y, c");
    expect(root.failed_always).toEqual([]);
    expect(misses(root)).toEqual(["1: r.obj == p.obj /x/1|/y"]);
  });
});

it("the five nearest, then in the order of the rules", async () => {
  const rules = [
    "a, /y, PUT",
    "a, /x, PUT",
    "b, /y, PUT",
    "b, /x, GET",
    "a, /z, PUT",
    "a, /y, GET",
    "c, /y, PUT",
  ];
  const text = model({ matcher: "r.sub == p.sub && r.obj == p.obj && r.act == p.act" });
  const denied = await explained(text, rules.map((rule) => `p, ${rule}`).join("\n"), [
    "a",
    "/x",
    "GET",
  ]);
  expect(misses(denied).map((miss) => miss.split(":")[0])).toEqual(["2", "4", "6", "1", "5"]);
});
