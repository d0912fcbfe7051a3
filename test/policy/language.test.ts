// Attributes, conditions in rules, and operators: what casbin decides on the same texts.
import { newEnforcer, newModel, StringAdapter } from "casbin";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EFFECTS } from "../../src/policy/model/model.ts";
import type { RequestTuple } from "../../src/policy/request/tuple.ts";
import { faultsOf, loaded, model } from "./support.ts";

type Answer = readonly [decision: string, rule: string];

/** "error" where casbin throws. */
async function casbinSays(text: string, rules: string, request: RequestTuple): Promise<Answer> {
  const casbin = await newEnforcer(newModel(text), new StringAdapter(rules));
  try {
    const [allowed, row] = casbin.enforceExSync(...request);
    return [allowed ? "allow" : "deny", row.join(", ")];
  } catch {
    return ["error", ""];
  }
}

/** The rule as its fields. */
async function weSay(text: string, rules: string, request: RequestTuple): Promise<Answer> {
  const { decide } = await loaded(text, rules);
  const { effect, rule } = decide(request);
  if (effect === "error") return ["error", ""];
  return [effect, rule.replace(/^p, /, "").replaceAll('"', "")];
}

const ALICE = {
  Name: "alice",
  Age: 30,
  Admin: true,
  Blocked: false,
  Level: 3,
  Roles: ["staff", "lead"],
  Numbers: ["10", "20"],
  Address: { City: "Berlin", Zip: "10115" },
  Nothing: null,
  Nothings: ["x", null],
};

describe("operators and attributes", () => {
  it.each([
    ["r.sub.Age > 18 && r.obj == p.obj", "allow"],
    ["r.sub.Age > 30 && r.obj == p.obj", "deny"],
    ["r.sub.Age >= p.act", "allow"],
    ['r.sub.Address.City == "Berlin" && r.obj == p.obj', "allow"],
    ['r.sub.Address.Zip == 10115 && p.obj == "data"', "allow"],
    ["r.sub.Name == p.sub", "allow"],
    ["r.sub.None == p.sub", "deny"],
    ["r.sub.None != p.sub", "allow"],
    ["r.sub.None > 1 && r.obj == p.obj", "deny"],
    ["r.sub.None.City == p.sub", "error"],
    ["r.sub.Nothing == null && p.sub == p.sub", "allow"],
    ["r.sub.Nothing == p.sub", "deny"],
    ["r.obj == p.obj && r.sub.Admin", "allow"],
    ["r.obj == p.obj && !r.sub.Blocked", "allow"],
    ["r.obj == p.obj && r.sub.Blocked", "deny"],
    ["r.obj == p.obj && r.sub.Admin == true", "allow"],
    ["(r.obj == p.obj) && r.sub.Roles.length > 1", "allow"],
    ["r.act + 10 == 30 && p.obj == r.obj", "deny"],
    ["r.sub.Age + 10 == 40 && p.obj == r.obj", "allow"],
    ["r.sub.Age - 1 * 2 == 28 && p.obj == r.obj", "allow"],
    ["(r.sub.Age - 1) * 2 == 58 && p.obj == r.obj", "allow"],
    ["r.sub.Age % 7 == 2 && p.obj == r.obj", "allow"],
    ["r.sub.Age / 4 == 7.5 && p.obj == r.obj", "allow"],
    ["-r.sub.Age < -29 && p.obj == r.obj", "allow"],
    ["r.sub.Age === 30 && p.obj == r.obj", "allow"],
    ["r.sub.Age === p.act && p.obj == r.obj", "deny"],
    ["r.sub.Age !== p.act && p.obj == r.obj", "allow"],
    ["r.sub.Age == 3e1 && p.obj == r.obj", "allow"],
    ["r.sub.Age > 40 ? p.obj == r.obj : r.sub.Name == p.sub", "allow"],
    ["r.sub.Admin ? r.obj == p.obj : r.sub.None == p.sub", "allow"],
    ['(r.sub.Admin ? "data" : "none") == p.obj', "allow"],
    ['(r.sub.Name in ("bob", "alice")) && p.obj == r.obj', "allow"],
    ["(p.act in (r.sub.Age, r.act)) && p.obj == r.obj", "deny"],
    ["p.obj == r.obj && r.sub.Name in (p.sub, p.act)", "allow"],
    ["p.obj == r.obj && r.sub.Name in (p.sub, r.sub.None.City)", "error"],
    ['r.sub.Name in ("bob", "carol") || r.obj == p.obj', "allow"],
    ['("staff" in r.sub.Roles) && r.obj == p.obj', "allow"],
    ['("boss" in r.sub.Roles) && r.obj == p.obj', "deny"],
    ["(r.sub.Nothing in r.sub.Nothings) && r.obj == p.obj", "allow"],
    ["(r.sub.Nothing in r.sub.Roles) && r.obj == p.obj", "deny"],
    ["(r.sub.None in r.sub.Nothings) && r.obj == p.obj", "deny"],
    ["(r.act in (r.sub.Roles)) && r.obj == p.obj", "deny"],
    ["r.obj == p.obj && r.act in (r.sub.Numbers)", "allow"],
    ["g(r.sub.Name, p.sub) == true && r.obj == p.obj", "allow"],
    ["g(r.sub.Name, p.sub) == false && r.obj == p.obj", "deny"],
    ["true == g(r.sub.Name, p.sub) && keyMatch(r.obj, p.obj) != false", "allow"],
    ['(r.sub.Name == p.sub) === true && (keyMatch2(r.obj, "/x") == true) == false', "allow"],
    ["r.obj == p.obj && (r.sub.Age > 40) !== true", "allow"],
    ["r.obj == p.obj && !r.sub.Blocked == true", "allow"],
    ["r.obj == p.obj && r.act in r.sub.Roles", "deny"],
    ["r.obj != p.obj && r.act in (r.sub.Numbers)", "deny"],
    ["r.sub.Admin && p.obj == r.obj && r.act in r.sub.Numbers", "allow"],
    ["r.obj == p.obj && r.act in r.sub.Name", "error"],
    ['("City" in r.sub.Address) && r.obj == p.obj', "allow"],
    ['("City" in r.sub.Name) && r.obj == p.obj', "error"],
    ["keyMatch(r.sub.Name, p.sub)", "allow"],
    ["g(r.sub.Name, p.sub)", "allow"],
  ])("%s: %s, as casbin", async (matcher, decision) => {
    const text = model({ matcher, policy: "sub, obj, act", effect: EFFECTS.allowOverride });
    const rules = "p, alice, data, 30\ng, alice, staff";
    const request = [ALICE, "data", "20"];
    const [ours, rule] = await weSay(text, rules, request);
    expect(ours).toBe(decision);
    expect([ours, rule]).toEqual(await casbinSays(text, rules, request));
  });

  it.each([
    ["two that are missing are not equal (S9)", "r.sub.None == r.sub.Neither", "error", "allow"],
    ["missing is not null (S9)", "r.sub.None == r.sub.Nothing", "error", "allow"],
    ["two that are missing do not differ either", "r.sub.None != r.sub.Neither", "error", "deny"],
    ["a list is no text", 'r.sub.Address == "[object Object]"', "deny", "allow"],
    ["an object has no prototype's members", "r.sub.toString == null", "error", "deny"],
    ["nor does `in` find them", '"toString" in r.sub', "deny", "allow"],
    ["a function makes no text of what is none", 'keyMatch(r.sub.Age, "30")', "error", "allow"],
    ["nor of what is missing", 'keyMatch(r.sub.None, "*")', "error", "allow"],
    ["nor does a role", "g(r.sub.None, p.none)", "error", "allow"],
    ["null is not below 1", "r.sub.Nothing < 1", "error", "allow"],
    [
      "a number is not an effect unless it is written",
      "p.obj == r.obj && r.sub.Level",
      "error",
      "deny",
    ],
  ])("differs: %s", async (...[, matcher, ours, casbins]) => {
    const text = model({
      matcher: `${matcher} ${matcher.includes("p.") ? "" : "&& p.obj == r.obj"}`.replace(
        /^("toString" in r.sub) (.*)/,
        "($1) $2",
      ),
      policy: "sub, obj, none",
      effect: EFFECTS.allowOverride,
    });
    const request = [ALICE, "data", "20"];
    const rules = "p, alice, data, -";
    const [decision] = await weSay(text, rules, request);
    expect(decision).toBe(ours);
    if (!matcher.startsWith("g(")) {
      expect((await casbinSays(text, rules, request))[0]).toBe(casbins);
    }
  });

  const value = fc.constantFrom(
    "r.sub.Name",
    "r.sub.Age",
    "r.sub.Admin",
    "r.sub.Address.City",
    "r.sub.None",
    "r.act",
    "p.sub",
    "p.act",
    "p.obj",
    '"alice"',
    "30",
    "1",
    "true",
  );
  const { condition } = fc.letrec<{ condition: string; number: string; operand: string }>(
    (tie) => ({
      number: fc
        .tuple(value, fc.constantFrom("+", "-", "*", "/", "%"), tie("operand"))
        .map(([one, operator, other]) => `${one} ${operator} ${other}`),
      operand: fc.oneof(
        { maxDepth: 2 },
        value,
        tie("number"),
        tie("number").map((text) => `(${text})`),
      ),
      condition: fc.oneof(
        { maxDepth: 3 },
        fc
          .tuple(
            tie("operand"),
            fc.constantFrom("==", "!=", "===", "!==", "<", "<=", ">", ">="),
            tie("operand"),
          )
          .map((parts) => parts.join(" ")),
        fc.constantFrom("r.sub.Admin", "!r.sub.None", "g(r.sub.Name, p.sub)"),
        fc
          .tuple(tie("condition"), fc.constantFrom("&&", "||"), tie("condition"))
          .map((parts) => parts.join(" ")),
        tie("condition").map((text) => `!(${text})`),
        fc
          .tuple(tie("condition"), tie("condition"), tie("condition"))
          .map(([test, yes, no]) => `((${test}) ? (${yes}) : (${no}))`),
      ),
    }),
  );

  it("reads any mixture of them as casbin does, in matchers and in rules", async () => {
    let decided = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(condition, fc.boolean(), async (expression, inRule) => {
        const matcher = inRule
          ? "eval(p.rule) && r.obj == p.obj"
          : `(${expression}) && r.obj == p.obj`;
        const text = model({
          matcher,
          policy: "sub, obj, act, rule",
          effect: EFFECTS.allowOverride,
        });
        const column = inRule ? `"${expression.replaceAll('"', '""')}"` : "x";
        const rules = `p, alice, data, 30, ${column}\np, bob, data, GET, ${column}\ng, alice, bob`;
        if ((await faultsOf(text, rules)).length > 0) {
          refused += 1;
          return;
        }
        for (const act of ["20", "GET"]) {
          const request = [ALICE, "data", act];
          const [decision, rule] = await weSay(text, rules, request);
          // Our own errors are the ones named above; they never grant.
          if (decision === "error") continue;
          const [theirs, row] = await casbinSays(text, rules, request);
          decided += 1;
          expect([expression, decision, rule]).toEqual([
            expression,
            theirs,
            row.replaceAll('"', ""),
          ]);
        }
      }),
      { numRuns: 300 },
    );
    expect(decided).toBeGreaterThan(150);
    expect(refused).toBeLessThan(150);
  });
});

it("an effect may name its field p_eft, as casbin's own examples do", async () => {
  const rules = "p, alice, data, GET, deny\np, bob, data, GET, allow";
  for (const effect of Object.values(EFFECTS).slice(0, 4)) {
    const text = model({
      matcher: "r.sub == p.sub",
      effect: effect.replaceAll("p.eft", "p_eft"),
    });
    for (const subject of ["alice", "bob", "carol"]) {
      const request = [subject, "data", "GET"];
      expect(await weSay(text, rules, request)).toEqual(await casbinSays(text, rules, request));
    }
  }
});

describe("a pattern that the matcher does not come to", () => {
  it.each([
    ['p.act == "*" || regexMatch(r.act, p.act)', "*", "GET"],
    ['"*" == p.act || r.sub == "root" || regexMatch(r.act, p.act)', "*", "GET"],
    ['p.act != "*" && regexMatch(r.act, p.act)', "*", "GET"],
    ['p.act == "any" || ipMatch(r.act, p.act)', "any", "10.0.0.1"],
    ['p.act == "{" || globMatch(r.act, p.act)', "{", "x"],
  ])("%s with %s, as casbin", async (condition, pattern, asked) => {
    const matcher = `r.sub == p.sub && (${condition})`;
    const text = model({ matcher, policy: "sub, act", effect: EFFECTS.allowOverride });
    const rules = `p, alice, ${pattern}\np, bob, 10.0.0.0`;
    for (const subject of ["alice", "bob", "root"]) {
      const request = [subject, "data", asked];
      expect(await weSay(text, rules, request)).toEqual(await casbinSays(text, rules, request));
    }
  });

  it.each([
    'regexMatch(r.act, p.act) || p.act == "*"',
    'p.act == "+" || regexMatch(r.act, p.act)',
    'p.sub == "*" || regexMatch(r.act, p.act)',
    'p.act == "*" && regexMatch(r.act, p.act)',
    '(p.act == "*" || r.sub == p.sub) && regexMatch(r.act, p.act)',
  ])("%s comes to it", async (matcher) => {
    const text = model({ matcher, policy: "sub, act", effect: EFFECTS.allowOverride });
    const [fault] = await faultsOf(text, "p, alice, *");
    expect(fault).toMatchObject({ file: "policy.csv", line: 1 });
  });
});

describe("eval(p.column)", () => {
  const text = model({
    matcher: "eval(p.sub_rule) && r.obj == p.obj && r.act == p.act",
    policy: "sub_rule, obj, act",
    effect: EFFECTS.allowOverride,
  });

  it.each([
    ["r.sub.Age > 18", "allow"],
    ["r.sub.Age > 18 && r.sub.Age < 30", "deny"],
    ["r.sub.Age > 40 || r.sub.Admin", "allow"],
    ['"r.sub.Name == ""alice"""', "allow"],
    ["r.sub.Name == 'alice'", "allow"],
    ['"r.sub.Name in (""bob"", ""alice"")"', "allow"],
    ["r.obj == p.obj", "allow"],
    ["keyMatch(r.sub.Name, p.obj)", "deny"],
    ["true", "allow"],
  ])("%s: %s, as casbin", async (rule, decision) => {
    const rules = `p, ${rule}, data, GET`;
    expect((await weSay(text, rules, [ALICE, "data", "GET"]))[0]).toBe(decision);
    expect((await casbinSays(text, rules, [ALICE, "data", "GET"]))[0]).toBe(decision);
  });

  it.each([
    ["r.sub.Age >", 'expected a value and found "the end"'],
    ["r.sbu.Age > 1", "unknown field r.sbu"],
    ["r.sub.Age > 1) || (true", "expected an operator"],
    ["p.sub_rule.x == 1", "columns are text"],
    ["keymatch(r.sub.Name)", "unknown function keymatch"],
    ["keyMatch(r.sub.Name)", "takes 2 arguments"],
    ["r.sub", "is not a condition"],
    ["regexMatch(r.sub.Name, '(?=a)')", "look-around"],
    ["r.sub.Name == '$&'", "would expand the $&"],
    ["regexMatch(r.sub.Name, '^a$')", "would expand the $'"],
    ["r.sub.Name == ' r.obj'", "would rewrite the field"],
    ["r.sub.__proto__ == 1", "can't be called __proto__"],
    [`${"(".repeat(40)}true${")".repeat(40)}`, "nested deeper"],
    ["keyMatch2(r.sub.Name, p.obj)", "would hang"],
  ])("the condition %s is a fault with its line", async (rule, message) => {
    const faults = await faultsOf(text, `p, true, data, GET\np, ${rule}, /:, GET`);
    expect(faults[0]?.message ?? "").toContain(message);
    expect(faults[0]).toMatchObject({ file: "policy.csv", line: 2 });
  });

  it("errs in the rule it errs in, and names the request denied", async () => {
    const { decide } = await loaded(text, "p, r.sub.Address.City == 'B', data, GET");
    const decision = decide(["alice", "data", "GET"]);
    expect(decision).toMatchObject({ effect: "error", permit: null });
    expect(decision.error).toContain('should have "City" is missing');
  });
});

describe("effects by number, which casbin folds itself", () => {
  it.each([
    ["r.sub == p.sub ? 1 : 0", "p, alice, data", "allow"],
    ["r.sub == p.sub ? 3 : 1", "p, alice, data\np, bob, data", "deny"],
    ["r.sub == p.sub ? (r.obj == p.obj) : 3", "p, alice, data", "allow"],
    ['r.sub == "x" ? 1 : (r.obj == p.obj ? 1 : 2)', "p, bob, data", "allow"],
  ])("%s", async (matcher, rules, decision) => {
    for (const effect of [EFFECTS.priority, EFFECTS.allowAndDeny]) {
      const text = model({ matcher, policy: "sub, obj", effect });
      const request = ["alice", "data", "GET"];
      const ours = await weSay(text, rules, request);
      expect(ours[0]).toBe(decision);
      expect(ours).toEqual(await casbinSays(text, rules, request));
    }
  });
});
