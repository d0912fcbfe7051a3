// Models of several definitions: a context chooses, as casbin's EnforceContext does, and all is checked.
import { EnforceContext, newEnforcer, newModel, StringAdapter } from "casbin";
import { describe, expect, it } from "vitest";
import { definitionNames } from "../../../src/policy/model/context.ts";
import { loadPolicy, type PolicyLoad } from "../../../src/policy/load.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import { revisionOf } from "../../../src/policy/source.ts";
import { sourceOf } from "../support.ts";

const MODEL = `[request_definition]
r = sub, obj, act
r2 = sub, act
[policy_definition]
p = sub, obj, act
p2 = sub, act, eft
[role_definition]
g = _, _
[policy_effect]
e = ${EFFECTS.allowOverride}
e2 = ${EFFECTS.allowAndDeny}
[matchers]
m = g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act
m2 = r2.sub == p2.sub && r2.act == p2.act
m3 = r.sub == p2.sub && r.act == p2.act && r.obj == "/x"
`;
const RULES = `p, alice, /x/:id, GET
p, staff, /y, GET
p2, alice, GET, allow
p2, bob, GET, deny
p2, bob, GET, allow
g, bob, staff
`;

function load(model: string, rules: string, context: string): Promise<PolicyLoad> {
  return loadPolicy({ ...sourceOf(model, rules), context }, { request: null });
}

async function messages(model: string, rules: string, context: string): Promise<readonly string[]> {
  const result = await load(model, rules, context);
  return result.ok
    ? []
    : result.faults.map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

describe("a context", () => {
  it.each([
    ["", ["alice", "/x/1", "GET"], "allow"],
    ["", ["bob", "/y", "GET"], "allow"],
    ["", ["bob", "/x/1", "GET"], "deny"],
    ["2", ["alice", "GET"], "allow"],
    ["2", ["bob", "GET"], "deny"],
    ["2", ["carol", "GET"], "deny"],
    ["r,p2,e,m3", ["bob", "/x", "GET"], "allow"],
    ["r,p2,e2,m3", ["bob", "/x", "GET"], "deny"],
    ["r,p2,e2,m3", ["alice", "/x", "GET"], "allow"],
  ])("%j decides %j: %s, as casbin", async (context, request, decision) => {
    const result = await load(MODEL, RULES, context);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    const casbin = await newEnforcer(newModel(MODEL), new StringAdapter(RULES));
    const { r = "", p = "", e = "", m = "" } = { ...definitionNames(context) };
    const [allowed, row] = casbin.enforceExSync(new EnforceContext(r, p, e, m), ...request);
    const { effect, rule } = result.snapshot.decide(request);
    expect(effect).toBe(decision);
    expect([effect, rule]).toEqual([
      allowed ? "allow" : "deny",
      row.length === 0 ? "" : [p, ...row].join(", "),
    ]);
  });

  it.each([
    ["3", "model.conf:0: the model does not define r3,p3,e3"],
    ["r2,p,e,m", 'model.conf:13: matcher: "r.sub" is no name here'],
    ["two", 'model.conf:0: "two" is no context'],
    ["2,2", 'model.conf:0: "2,2" is no context'],
  ])("%j is a fault", async (context, message) => {
    expect((await messages(MODEL, RULES, context))[0]).toContain(message);
  });

  it("is part of the revision, and none leaves it as it was", () => {
    const source = sourceOf(MODEL, RULES);
    expect(revisionOf({ ...source, context: "" })).toBe(revisionOf(source));
    expect(revisionOf({ ...source, context: "2" })).not.toBe(revisionOf(source));
  });
});

describe("what no context asks is checked all the same", () => {
  it.each([
    ["a rule of another type", MODEL, "p2, alice", "policy.csv:1: a p2 rule has 3 fields"],
    ["its eft", MODEL, "p2, alice, GET, Allow", 'policy.csv:1: eft is "Allow"'],
    [
      "its patterns",
      MODEL.replace("r2.act == p2.act", "regexMatch(r2.act, p2.act)"),
      "p2, a, [, allow",
      "policy.csv:1: pattern",
    ],
    ["a rule of no type", MODEL, "p3, a", 'unknown rule type "p3"; this model knows p, p2, g'],
    [
      "its matcher",
      MODEL.replace("r2.sub ==", "r2.sbu =="),
      "",
      "model.conf:14: matcher: unknown field r.sbu",
    ],
    ["its effect", MODEL.replace(/^e2 = .*$/m, "e2 = none"), "", "model.conf:11: unknown effect"],
    ["a gap", MODEL.replace("e2 =", "e3 ="), "", 'model.conf:11: "e3" is not read'],
    [
      "subjectPriority beside others",
      MODEL.replace(EFFECTS.allowOverride, EFFECTS.subjectPriority),
      "",
      "subjectPriority takes one p only",
    ],
  ])("%s", async (...[, model, rules, message]) => {
    expect((await messages(model, rules, "")).join("\n")).toContain(message);
  });
});
