// An error at a request says which term of the matcher failed, and where that is written.
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../../src/policy/load.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import type { RequestTuple } from "../../../src/policy/request/tuple.ts";
import { loaded, model, sourceOf } from "../support.ts";

/** The matcher stands in line 10. */
interface Failing {
  readonly matcher: string;
  readonly rules: string;
  readonly error: string;
  readonly rule: string;
}

const RULES = "p, alice, data, GET\np, bob, data, PUT";
const CASES: readonly Failing[] = [
  {
    matcher: "r.sub.age > 18 && r.obj == p.obj",
    rules: RULES,
    error: "model.conf:10: r.sub.age > 18: null can't be reckoned with",
    rule: "policy.csv:1",
  },
  {
    matcher: 'r.obj == p.obj && !(r.sub.name == "x" || g(r.sub.team, p.sub))',
    rules: RULES,
    error: "model.conf:10: g(r.sub.team, p.sub): g takes texts, not what is missing",
    rule: "policy.csv:1",
  },
  {
    matcher: "r.act == p.act && (r.sub.admin ? r.sub.level : r.obj == p.obj)",
    rules: RULES,
    error: "model.conf:10: r.sub.level: a number is no condition; compare it with something",
    rule: "policy.csv:2",
  },
  {
    matcher: "r.act == p.act && (r.obj in (r.sub.a.b, p.obj))",
    rules: RULES,
    error: 'model.conf:10: r.obj in (r.sub.a.b, p.obj): the value that should have "b" is missing',
    rule: "policy.csv:2",
  },
  {
    matcher: 'r.act == "PUT" && r.sub.age > 18',
    rules: "",
    error: "model.conf:10: r.sub.age > 18: null can't be reckoned with",
    rule: "",
  },
  {
    matcher: "r.sub.age > 18 ? (r.obj == p.obj) : 3",
    rules: RULES,
    error: "model.conf:10: r.sub.age > 18: null can't be reckoned with",
    rule: "",
  },
  {
    matcher: "r.act == p.act && eval(p.sub)",
    rules: "p, true, data, GET\np, r.obj == 'x' || r.sub.age > 18, data, PUT",
    error: "r.sub.age > 18: null can't be reckoned with",
    rule: "policy.csv:2",
  },
];
const REQUEST: RequestTuple = [{ age: null, admin: true, level: 7 }, "data", "PUT"];

describe("an error at a request", () => {
  it.each(CASES)("in $matcher", async ({ matcher, rules, error, rule }) => {
    const text = model({ matcher, policy: "sub, obj, act", effect: EFFECTS.allowOverride });
    const { decide } = await loaded(text, rules);
    expect(decide(REQUEST)).toMatchObject({ effect: "error", error, ruleSource: rule });
  });

  it("names the fields as the context does", async () => {
    const text = model({
      matcher: "r.sub == p.sub\nm2 = r2.who.age > 1 && r2.what == p.obj",
    }).replace("\n[policy_d", "\nr2 = who, what\n[policy_d");
    const source = { ...sourceOf(text, "p, alice, data, GET"), context: "r2,p,e,m2" };
    const load = await loadPolicy(source, { request: null });
    if (!load.ok) throw new Error(JSON.stringify(load.faults));
    expect(load.snapshot.decide([{ age: [] }, "data"])).toMatchObject({
      effect: "error",
      error: "model.conf:12: r2.who.age > 1: a list can't be reckoned with",
    });
  });
});
