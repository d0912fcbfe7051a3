// What is accepted decides as casbin says; what is not is refused whole, with file and line.
import { describe, expect, it } from "vitest";
import { EFFECTS } from "../../src/policy/model/model.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { PolicySource } from "../../src/policy/source.ts";
import { faultsOf, loaded, MODEL, model, RULES, sourceOf } from "./support.ts";

describe("a good policy", () => {
  it("decides and names the deciding rule with file and line", async () => {
    const { decide, rules } = await loaded(MODEL, RULES);
    expect(rules).toBe(6);
    expect(decide(["alice", "/orders/7", "GET"])).toMatchObject({
      effect: "allow",
      rule: "p, role:customer, /orders/:id, GET",
      ruleSource: "policy.csv:3",
    });
    expect(decide(["dave", "/orders/7", "GET"])).toMatchObject({
      effect: "deny",
      rule: "p, role:suspended, /*, *, deny",
      ruleSource: "policy.csv:6",
      permit: null,
    });
    expect(decide(["eve", "/orders/7", "GET"])).toMatchObject({ effect: "deny", ruleSource: "" });
  });

  it("names the first line of a rule that is there twice", async () => {
    const rules = "p, a, /x, GET\np, b, /x, GET\np,  a, /x, GET\n";
    const { decide } = await loaded(MODEL, rules);
    expect(decide(["a", "/x", "GET"]).ruleSource).toBe("policy.csv:1");
  });

  it("reads comments of a model to the end of the line, whatever ends it", async () => {
    const text = MODEL.replaceAll("]\n", "] # one\r\n").replace(
      "r = ",
      "; two\r\n# \u2028 x\nr = ",
    );
    const { decide } = await loaded(text, RULES);
    expect(decide(["alice", "/orders", "GET"]).effect).toBe("allow");
  });

  it("has a revision that follows model and rules, and nothing else", async () => {
    const request = ["identity.subject", "request.path", "request.method"];
    const source = sourceOf(MODEL, RULES);
    const revision = async (given: PolicySource, fields: string[] | null): Promise<string> => {
      const load = await loadPolicy(given, { request: fields });
      return load.ok ? load.snapshot.revision : "refused";
    };
    const first = await revision(source, request);
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    expect(await revision(sourceOf(MODEL, `${RULES}# more\n`), request)).not.toBe(first);
    expect(await revision(sourceOf(`${MODEL}# more\n`, RULES), request)).not.toBe(first);
    // What a weir in force, `weir policy` and another folder's copy are given.
    expect(await revision(source, request.toReversed())).toBe(first);
    expect(await revision(source, null)).toBe(first);
    expect(await revision({ ...source, rulesFile: "elsewhere.csv" }, null)).toBe(first);
  });

  it.each([
    { effect: EFFECTS.allowOverride, expected: ["allow", "deny", "allow"] },
    { effect: EFFECTS.denyOverride, expected: ["allow", "allow", "deny"] },
    { effect: EFFECTS.allowAndDeny, expected: ["allow", "deny", "deny"] },
    { effect: EFFECTS.priority, expected: ["allow", "deny", "allow"] },
  ])("follows the effect $effect", async ({ effect, expected }) => {
    const text = model({ effect });
    const { decide } = await loaded(
      text,
      "p, a, /x, GET, allow\np, a, /y, GET\np, a, /y, GET, deny",
    );
    const asked = [
      ["a", "/x", "GET"] as const,
      ["b", "/x", "GET"] as const,
      ["a", "/y", "GET"] as const,
    ];
    expect(asked.map((tuple) => decide(tuple).effect)).toEqual(expected);
  });

  it("sorts by a priority column, wherever the rules stand", async () => {
    const text = model({ effect: EFFECTS.priority, policy: "priority, sub, obj, act, eft" });
    const { decide } = await loaded(text, "p, 10, a, /x, GET, allow\np, 2, a, /x, GET, deny");
    expect(decide(["a", "/x", "GET"])).toMatchObject({
      effect: "deny",
      ruleSource: "policy.csv:2",
    });
  });

  it("sorts by subject: the nearer one decides", async () => {
    const text = model({
      effect: EFFECTS.subjectPriority,
      matcher: "g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act",
    });
    const rules =
      "p, root, /x, GET, deny\np, admin, /x, GET, allow\np, alice, /y, GET, deny\ng, admin, root\ng, alice, admin";
    const { decide } = await loaded(text, rules);
    expect(decide(["alice", "/x", "GET"])).toMatchObject({
      effect: "allow",
      ruleSource: "policy.csv:2",
    });
    expect(decide(["root", "/x", "GET"])).toMatchObject({
      effect: "deny",
      ruleSource: "policy.csv:1",
    });
  });

  it("keeps roles of one domain out of another", async () => {
    const text = model({
      request: "sub, dom, obj",
      policy: "sub, dom, obj, eft",
      roles: "g = _, _, _",
      matcher: "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj",
    });
    const { decide } = await loaded(
      text,
      "p, admin, one, /x\np, admin, two, /x\ng, alice, admin, one",
    );
    expect(decide(["alice", "one", "/x"]).effect).toBe("allow");
    expect(decide(["alice", "two", "/x"]).effect).toBe("deny");
  });

  it.each([
    { matcher: 'r.act in ("GET", "HEAD") ', tuple: ["a", "/x", "HEAD"], effect: "allow" },
    {
      matcher: 'p.sub == r.sub && r.act in ("GET", "HEAD")',
      tuple: ["a", "/x", "PUT"],
      effect: "deny",
    },
    {
      matcher: 'p.sub == r.sub && r.act in ("GET", "HEAD")',
      tuple: ["a", "/x", "HEAD"],
      effect: "allow",
    },
    {
      matcher: '(r.act in ("GET", "HEAD")) && p.sub == r.sub',
      tuple: ["b", "/x", "GET"],
      effect: "deny",
    },
    {
      matcher: "p.sub == r.sub && r.act == 'r.act ( eval\\(x) in (a, b)'",
      tuple: ["a", "/x", "r.act ( eval(x) in (a, b)"],
      effect: "allow",
    },
    {
      matcher: 'p.sub == r.sub && keyGet2(r.obj, "/of/:who", "who") == r.sub',
      tuple: ["a", "/of/a", "GET"],
      effect: "allow",
    },
    { matcher: "p.sub == r.sub && r.act > 9", tuple: ["a", "/x", "10"], effect: "allow" },
    { matcher: "!(p.sub != r.sub) || false", tuple: ["a", "/x", "GET"], effect: "allow" },
  ])("evaluates $matcher", async ({ matcher, tuple, effect }) => {
    const usesRules = matcher.includes("p.");
    const { decide } = await loaded(model({ matcher }), usesRules ? "p, a, /x, GET" : "");
    expect(decide(tuple)).toMatchObject({ effect, error: "" });
  });
});

describe("a bad model", () => {
  it.each([
    ["a missing section", MODEL.replace("[matchers]", "#"), "[matchers] must define m"],
    ["an unknown section", `${MODEL}[limits]\n`, "unknown section [limits]"],
    ["a section twice", `${MODEL}[matchers]\n`, "section [matchers] is there twice"],
    ["a key twice", `${MODEL}m = true\n`, '"m" is defined twice'],
    ["a matcher out of order", `${MODEL}m3 = true\n`, '"m3" is not read'],
    ["a second matcher that is none", `${MODEL}m2 = r.sub\n`, "r.sub is not a condition"],
    ["a matcher of two r", `${MODEL}m2 = r.sub == r2.sub\n`, "m2 mixes r and r2"],
    ["text outside sections", `r = sub\n${MODEL}`, "text before the first section"],
    ["a line that defines nothing", `${MODEL}hello\n`, "not a definition"],
    ["a wrong field name", model({ request: "sub, ob-j, act" }), '"ob-j" is not a field name'],
    ["a field twice", model({ request: "sub, sub, act" }), "a field is named twice"],
    ["a role definition out of order", model({ roles: "g2 = _, _" }), "named g, g2, g3"],
    ["a role definition of one", model({ roles: "g = _" }), 'write "g = _, _"'],
    [
      "an effect with other blanks",
      model({ effect: "some(where (p.eft==allow))" }),
      "unknown effect",
    ],
    [
      "an effect that can't deny",
      model({ effect: EFFECTS.denyOverride, policy: "sub, obj, act" }),
      "all is allowed",
    ],
    ["a matcher without p", model({ matcher: 'r.sub == "root"' }), "no rule has a say"],
    ["a model that is too long", MODEL + "#".repeat(70_000), "longer than"],
  ])("%s is a fault", async (_, text, message) => {
    const faults = await faultsOf(text, RULES);
    expect(faults.map((fault) => fault.message).join("\n")).toContain(message);
    expect(faults.some(({ file }) => file === "model.conf")).toBe(true);
  });

  it.each([
    ["r.sbu == p.sub", "unknown field r.sbu; defined are r.sub, r.obj, r.act"],
    ["r.sub == p.objj", "unknown field p.objj"],
    ["r.sub == p.sub.name", "columns are text, without members"],
    ["r.sub.constructor == p.sub", "a member can't be called constructor"],
    ["r2.sub == p.sub", '"r2.sub" is no name here'],
    ["sub == p.sub", '"sub" is no name here'],
    ["r_sub == p.sub", '"r_sub" is no name here'],
    ["keymatch2(r.obj, p.obj)", "unknown function keymatch2"],
    ["g(r.sub)", "g takes 2 arguments and is given 1"],
    ["keyMatch2(r.obj, p.obj, r.act)", "keyMatch2 takes 2 arguments and is given 3"],
    ["keyMatch2(p.obj, r.obj)", "the second argument of keyMatch2 is a pattern"],
    ["regexMatch(r.obj, keyGet(r.obj, p.obj))", "the second argument of regexMatch is a pattern"],
    ["r.sub", "r.sub is not a condition"],
    ["1", "1 is not a condition"],
    ["r.sub == p.sub && 3", "3 is not a condition"],
    ["keyGet(r.obj, p.obj)", "keyGet(...) is not a condition"],
    ["(r.sub == p.sub) == r.act", "a condition where a value is needed"],
    ["r.sub = p.sub", "write == to compare"],
    ["r.sub == p.sub | r.obj == p.obj", "write || for or"],
    ["r.sub == p.sub and r.obj == p.obj", 'found "and"; write &&'],
    ["r.sub == \u201cx\u201d", "write straight quotes"],
    ["g2(r.sub, p.sub)", "add g2 = _, _ under [role_definition]"],
    ["regexMatch(r.obj, '*')", "any text is .*"],
    ["r.sub == p.sub ? 4 : 1", "an effect by number is 0 or 2"],
    ["r.sub == p.sub ? r.obj : r.act", "is not a condition"],
    ["(r.sub.a || r.sub.b) == p.sub", "a condition where a value is needed"],
    ["eval(r.sub) && r.obj == p.obj", "eval takes one column of the rules"],
    ["eval(p.objj)", "unknown field p.objj"],
    ["r.sub == p.sub << 1", 'expected a value and found "<"'],
    [`r.sub == p.sub${" && r.obj == p.obj".repeat(600)}`, "longer than 2048 words"],
    ["r.sub == p.sub && r.obj == 'a r.b'", "would rewrite the field"],
    ["r.sub == p.sub & r.obj == p.obj", "can't read"],
    ['r.sub == "x', "a string is not closed"],
    ['r.sub == "#x"', "a string is not closed"],
    ["r.sub == p.sub &&", 'expected a value and found "the end"'],
    ["r.sub == p.sub )", "expected an operator"],
    ['r.act in ("GET", "HEAD") && r.sub == p.sub', 'put an "in" test in brackets'],
    ['r.sub == p.sub || r.act in ("GET", "HEAD")', 'put an "in" test in brackets'],
    ["r.act in p.act", '"in" is followed by a list'],
    ["r.sub == p.sub || r.act in r.sub.acts", 'put an "in" test in brackets'],
    ["r.act in (1, 2) ", "holds strings"],
    [`${"(".repeat(40)}r.sub == p.sub${")".repeat(40)}`, "nested deeper"],
  ])("the matcher %s is a fault", async (matcher, message) => {
    const faults = await faultsOf(model({ matcher }), "p, a, /x, GET");
    expect(faults[0]?.message ?? "").toContain(message);
    expect(faults[0]).toMatchObject({ file: "model.conf", line: 10 });
  });
});

describe("bad rules", () => {
  it.each([
    ["p, a, /x", "a p rule has 4 fields (sub, obj, act, eft), not 2"],
    ["p, a, /x, GET, allow, more", "not 5"],
    ["g, a", "a g rule has 2 fields, not 1"],
    ["g, a, b, c", "a g rule has 2 fields, not 3"],
    ["p2, a, /x, GET", 'unknown rule type "p2"; this model knows p, g'],
    ["q, a, /x, GET", 'unknown rule type "q"'],
    ["p; a; /x; GET", "knows p, g, which stand before the first comma"],
    ["p, a, /x, GET, Allow", 'eft is "Allow"; write allow or deny'],
    ["p, a, /x, GET,", "an empty field"],
    ["p, , /x, GET", "an empty field"],
    ['p, "a, /x, GET', "column 2: a quote is not closed"],
    ['p, a"b, /x, GET', "column 2: a quote in the middle"],
    ['p, "a" b, /x, GET', "column 2: a quote in the middle"],
    ['p, """a""", /x, GET', "read in two ways"],
    ["p, a, /x(, GET", "brackets are not closed"],
    ["p, a), /x(, GET", "brackets are not closed"],
    ["p, a\u2028b, /x, GET", "a control character"],
    [`p, ${"a".repeat(9000)}, /x, GET`, "longer than 8192"],
  ])("%s is a fault", async (rule, message) => {
    const faults = await faultsOf(MODEL, `# rules\n\n${rule}\n`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ file: "policy.csv", line: 3 });
    expect(faults[0]?.message).toContain(message);
  });

  it("are all reported, up to a number", async () => {
    const faults = await faultsOf(MODEL, "p, a\n".repeat(60));
    expect(faults).toHaveLength(51);
    expect(faults.at(-1)?.message).toBe("and 10 further faults");
  });

  it("is a fault where the priority is no number", async () => {
    const text = model({ effect: EFFECTS.priority, policy: "priority, sub, obj, act, eft" });
    expect((await faultsOf(text, "p, high, a, /x, GET, allow"))[0]?.message).toContain(
      "priority is",
    );
  });

  it("are faults where subjectPriority would leave their order open", async () => {
    const text = model({ effect: EFFECTS.subjectPriority });
    const messages = async (rules: string): Promise<string> =>
      (await faultsOf(text, rules)).map((fault) => fault.message).join("\n");
    expect(await messages("p, a, /x, GET\ng, b, c")).toContain('"a" needs a g line');
    expect(await messages("p, a, /x, GET\ng, a, b\ng, b, a")).toContain("a circle");
  });

  it("must fit the request mapping", async () => {
    const load = await loadPolicy(sourceOf(MODEL, RULES), { request: ["identity.subject"] });
    expect(load.ok ? "" : load.faults[0]?.message).toContain("r has 3 fields (sub, obj, act)");
  });
});
