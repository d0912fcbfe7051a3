// Requests with objects in them: rules are looked up by the fields that are texts, and no rule is missed by the others.
import { describe, expect, it } from "vitest";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import { loaded, model } from "../support.ts";

const CONDITIONS = model({
  request: "who, path, method",
  policy: "path, method, condition",
  matcher: "eval(p.condition) && keyMatch2(r.path, p.path) && r.method == p.method",
  effect: EFFECTS.allowOverride,
});
const RULES = `p, /old/:id, GET, r.who.age + 1 > 18
p, /new/:id, GET, r.who.team == 'a'
p, /:any/:id, PUT, r.who.team == 'a'`;
const A = { team: "a" };

describe("a request of an object and texts", () => {
  it.each([
    [[A, "/new/1", "GET"], "allow", "p, /new/:id, GET, r.who.team == 'a'"],
    [[{ team: "b" }, "/new/1", "GET"], "deny", ""],
    [[A, "/else/1", "PUT"], "allow", "p, /:any/:id, PUT, r.who.team == 'a'"],
    // Only the rule that may match is asked for what the object lacks.
    [[A, "/old/1", "GET"], "error", "p, /old/:id, GET, r.who.age + 1 > 18"],
  ] as const)("%j: %s", async (request, effect, rule) => {
    const { decide } = await loaded(CONDITIONS, RULES);
    expect(decide(request)).toMatchObject({ effect, rule });
  });
});

describe("a field that is looked up and no text", () => {
  const text = model({
    request: "sub, level",
    policy: "sub, level",
    matcher: "r.sub == p.sub && r.level == p.level",
    effect: EFFECTS.allowOverride,
  });

  it.each([
    [["a", 5], "allow"],
    [["a", "5"], "allow"],
    [["a", 6], "deny"],
    [["a", ["5"]], "deny"],
    [["b", 5], "deny"],
  ] as const)("%j: %s, as the matcher compares it", async (request, effect) => {
    const { decide } = await loaded(text, "p, a, 5\np, c, 6");
    expect(decide(request).effect).toBe(effect);
  });
});
