// Every place where weir answers otherwise than casbin, on purpose: both answers shown, and named in policies/README.md.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import {
  type Adapter,
  type Enforcer,
  type Model,
  newCachedEnforcer,
  newEnforcer,
  newModel,
  StringAdapter,
} from "casbin";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/policy/load.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";
import type { RequestTuple } from "../../src/policy/request/tuple.ts";
import { faultsOf, loaded, model, sourceOf } from "./support.ts";

const EQUAL = "r.sub == p.sub && r.obj == p.obj && r.act == p.act";
const ALLOW = EFFECTS.allowOverride;
const ABC = ["a", "b", "c"] as const;

/** What casbin says where weir refuses the policy, with the place it blames. */
interface Refused {
  readonly name: string;
  readonly model: Parameters<typeof model>[0];
  readonly rules: string;
  readonly request?: readonly unknown[];
  readonly casbin: "allow" | "deny" | "throws";
  readonly at: string;
}

async function casbinOf(modelText: string, rules: string): Promise<Enforcer> {
  if (rules === "") return newEnforcer(newModel(modelText));
  return newEnforcer(newModel(modelText), new StringAdapter(rules));
}

async function casbinSays(
  modelText: string,
  rules: string,
  request: readonly unknown[],
): Promise<string> {
  try {
    return (await casbinOf(modelText, rules)).enforceSync(...request) ? "allow" : "deny";
  } catch {
    return "throws";
  }
}

const REFUSED: readonly Refused[] = [
  {
    name: "code in a policy",
    model: { matcher: 'isPrototypeOf("x") == false && r.sub == p.sub', effect: ALLOW },
    rules: "p, a, b, c",
    casbin: "allow",
    at: "model.conf:10",
  },
  {
    name: "unknown names",
    model: { matcher: "r.sub == p.sub && r.obj == p.objj", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", undefined, "c"],
    casbin: "allow",
    at: "model.conf:10",
  },
  {
    name: "a misspelt effect",
    model: { matcher: EQUAL, effect: "some(where (p.eft==allow))" },
    rules: "p, a, b, c",
    casbin: "throws",
    at: "model.conf:8",
  },
  {
    name: "a misspelt eft",
    model: { matcher: EQUAL },
    rules: "p, a, b, c, Deny\np, a, b, c, allow",
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "an empty field",
    model: { matcher: EQUAL, effect: ALLOW },
    rules: "p, , b, c",
    request: ["", "b", "c"],
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "too few or too many fields",
    model: { matcher: EQUAL, effect: ALLOW, policy: "sub, obj, act" },
    rules: "p, a, b, c, deny",
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "an unknown rule type",
    model: { matcher: EQUAL },
    rules: "P, a, b, c, deny\np, a, b, c, allow",
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "definitions that are not read",
    model: { matcher: `${EQUAL}\nm3 = false` },
    rules: "p, a, b, c",
    casbin: "allow",
    at: "model.conf:11",
  },
  {
    name: "a priority that is no number",
    model: { matcher: EQUAL, effect: EFFECTS.priority, policy: "priority, sub, obj, act, eft" },
    rules: "p, high, a, b, c, deny\np, 1, a, b, c, allow",
    casbin: "deny",
    at: "policy.csv:1",
  },
  {
    name: "a subject without a place",
    model: { matcher: "r.act == p.act", effect: EFFECTS.subjectPriority },
    rules: "p, x, b, c, deny\np, a, b, c\ng, a, y",
    casbin: "deny",
    at: "policy.csv:1",
  },
  {
    name: "nothing that denies",
    model: { matcher: EQUAL, effect: EFFECTS.denyOverride },
    rules: "",
    casbin: "allow",
    at: "model.conf:8",
  },
  {
    name: "rules without a say",
    model: { matcher: 'r.sub == "a"', effect: ALLOW },
    rules: "p, x, y, z",
    casbin: "allow",
    at: "model.conf:8",
  },
  {
    name: "a matcher that is no condition",
    model: { matcher: "r.sub == p.sub && r.act", effect: ALLOW },
    rules: "p, a, b, c",
    casbin: "allow",
    at: "model.conf:10",
  },
  {
    name: "an invalid pattern",
    model: { matcher: "regexMatch(r.obj, p.obj) && r.sub == p.sub" },
    rules: 'p, x, "[", c\np, a, b, c',
    casbin: "throws",
    at: "policy.csv:1",
  },
  {
    name: "look-around and back-references",
    model: { matcher: "regexMatch(r.obj, p.obj)", effect: ALLOW },
    rules: 'p, a, "^(?!x)", c',
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "in without brackets of its own",
    model: { matcher: `${EQUAL} || r.act in ("x", "y")`, effect: ALLOW },
    rules: "p, a, b, c",
    casbin: "deny",
    at: "model.conf:10",
  },
  {
    name: "in without brackets of its own",
    model: { matcher: `r.act in ("x", "y") && ${EQUAL}`, effect: ALLOW },
    rules: "p, a, b, c",
    casbin: "throws",
    at: "model.conf:10",
  },
  {
    name: "a pattern that the request brings",
    model: { matcher: "r.sub == p.sub && regexMatch(p.act, r.act)", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", ".*"],
    casbin: "allow",
    at: "model.conf:10",
  },
  {
    name: "globs that grow",
    model: { matcher: "r.sub == p.sub && globMatch(r.obj, p.obj)", effect: ALLOW },
    rules: "p, a, /{1..9}, c",
    request: ["a", "/2", "c"],
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "sizes",
    model: { matcher: EQUAL, effect: ALLOW },
    rules: `p, a, b, ${"c".repeat(8193)}`,
    casbin: "deny",
    at: "policy.csv:1",
  },
  {
    name: "a string like a field",
    model: { matcher: "r.sub == p.sub && r.act == ' r.x'", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", " r.x"],
    casbin: "deny",
    at: "model.conf:10",
  },
  {
    name: "$ in a rule's condition",
    model: { matcher: "eval(p.sub) && r.act == p.act", effect: ALLOW },
    rules: "p, r.sub == '$&', b, c",
    request: ["$&", "b", "c"],
    casbin: "deny",
    at: "policy.csv:1",
  },
  {
    name: "quotes within quotes",
    model: { matcher: EQUAL, effect: ALLOW },
    rules: 'p, """a""", b, c',
    request: ['"a"', "b", "c"],
    casbin: "deny",
    at: "policy.csv:1",
  },
  {
    name: "what is no text",
    model: { matcher: EQUAL, effect: ALLOW },
    rules: "p, \ud800, b, c",
    request: ["\ufffd", "b", "c"],
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "what is no text",
    model: { matcher: 'r.act == p.act && r.sub == "m\ufffdller"', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["m\ufffdller", "b", "c"],
    casbin: "allow",
    at: "model.conf:10",
  },
  {
    name: "blanks that are none",
    model: { matcher: "r.act == p.act && r.sub ==\u00a0p.sub", effect: ALLOW },
    rules: "p, a, b, c",
    casbin: "deny",
    at: "model.conf:10",
  },
  {
    name: "parameters that run together",
    model: { matcher: "keyMatch4(r.obj, p.obj)", effect: ALLOW },
    rules: "p, a, /{a}{b}, c",
    request: ["a", "/{a}x", "c"],
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "an invalid pattern",
    model: { matcher: "ipMatch(r.obj, p.obj)", effect: ALLOW },
    rules: "p, a, 10.0.0.1/33, c",
    request: ["a", "10.0.0.1", "c"],
    casbin: "allow",
    at: "policy.csv:1",
  },
  {
    name: "control characters",
    model: { matcher: EQUAL, effect: ALLOW },
    rules: "p, a, b, c\u0007",
    request: ["a", "b", "c\u0007"],
    casbin: "allow",
    at: "policy.csv:1",
  },
];

describe("what casbin takes and weir refuses", () => {
  it.each(REFUSED)("$name", async ({ rules, request = ABC, casbin, at, ...parts }) => {
    const text = model(parts.model);
    expect(await casbinSays(text, rules, request)).toBe(casbin);
    const [fault] = await faultsOf(text, rules);
    expect(`${fault?.file}:${fault?.line}`).toBe(at);
  });
});

/** One policy that both take, and their answers. */
interface Differing {
  readonly name: string;
  readonly model: Parameters<typeof model>[0];
  readonly rules: string;
  readonly request: readonly unknown[];
  readonly casbin: "allow" | "deny" | "throws";
  readonly weir: "allow" | "deny" | "error";
}

const DIFFERING: readonly Differing[] = [
  {
    name: "no rules",
    model: { matcher: EQUAL, effect: ALLOW },
    rules: "",
    request: ["", "", ""],
    casbin: "allow",
    weir: "deny",
  },
  {
    name: "no rules",
    model: { matcher: 'r.sub == "root" || r.sub == p.sub', effect: ALLOW },
    rules: "",
    request: ["root", "", ""],
    casbin: "allow",
    weir: "deny",
  },
  {
    name: "a request of the wrong shape",
    model: { matcher: 'r.sub == "a"', effect: ALLOW },
    rules: "",
    request: ["a"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "a request of the wrong shape",
    model: { matcher: "r.sub == p.sub", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", undefined, "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "a request of the wrong shape",
    model: { matcher: "r.sub == p.sub", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "x".repeat(8193), "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "an address that is none",
    model: { matcher: "ipMatch(r.obj, p.obj)", effect: ALLOW },
    rules: "p, a, ::/0, c",
    request: ["a", "1::2::3", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "two values that are missing",
    model: { matcher: "r.sub.team == r.obj.team && r.act == p.act", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ name: "a" }, {}, "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "two values that are missing",
    model: { matcher: "r.sub.team == r.obj.team && r.act == p.act", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ team: null }, {}, "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "reckoning with what is no number",
    model: { matcher: "r.sub.age < 18 && r.act == p.act", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ age: null }, "b", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "reckoning with what is no number",
    model: { matcher: "r.sub.age > 18 && r.act == p.act", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ age: [42] }, "b", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "reckoning with what is no number",
    model: { matcher: "r.sub.age + 1 != 3 && r.act == p.act", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{}, "b", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "a value for a condition",
    model: { matcher: "r.act == p.act && r.sub.level", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ level: 2 }, "b", "c"],
    casbin: "deny",
    weir: "error",
  },
  {
    name: "a value for a condition",
    model: { matcher: "r.act == p.act && r.sub.team", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{}, "b", "c"],
    casbin: "throws",
    weir: "deny",
  },
  {
    name: "a value for a condition",
    model: { matcher: "r.sub.teams && r.act == p.act", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ teams: [] }, "b", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "what only a prototype has",
    model: { matcher: "r.act == p.act && (r.obj in r.sub)", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{}, "toString", "c"],
    casbin: "allow",
    weir: "deny",
  },
  {
    name: "what only a prototype has",
    model: { matcher: "r.act == p.act && r.sub.toString != r.obj.toString", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{}, "x", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "a list or an object as a word",
    model: { matcher: "r.sub == p.sub", effect: ALLOW },
    rules: "p, a, b, c",
    request: [["a"], "b", "c"],
    casbin: "allow",
    weir: "deny",
  },
  {
    name: "a list or an object as a word",
    model: { matcher: "r.sub == p.sub", effect: ALLOW },
    rules: "p, [object Object], b, c",
    request: [{}, "b", "c"],
    casbin: "allow",
    weir: "deny",
  },
  {
    name: "a function of what is no text",
    model: { matcher: 'keyMatch(r.sub.age, "4*") && r.act == p.act', effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ age: 42 }, "b", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "a function of what is no text",
    model: { matcher: "g(r.sub.id, p.sub) && r.act == p.act", effect: ALLOW },
    rules: "p, admin, b, c\ng, 42, admin",
    request: [{ id: 42 }, "b", "c"],
    casbin: "allow",
    weir: "error",
  },
  {
    name: "a rule that fails and is not asked",
    model: { matcher: "ipMatch(r.obj, p.obj) && r.sub == p.sub", effect: ALLOW },
    rules: "p, x, 10.0.0.0/8, c\np, a, 10.0.0.0/8, c",
    request: ["b", "nowhere", "c"],
    casbin: "throws",
    weir: "deny",
  },
  {
    name: "a field right behind a sign",
    model: { matcher: "r.sub.age %r.sub.two == 0 && r.act == p.act", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ age: 42, two: 2, yes: true }, "b", "c"],
    casbin: "throws",
    weir: "allow",
  },
  {
    name: "a field right behind a sign",
    model: { matcher: "r.act == p.act && (r.act == r.obj ?r.sub.none :r.sub.yes)", effect: ALLOW },
    rules: "p, a, b, c",
    request: [{ age: 42, two: 2, yes: true }, "b", "c"],
    casbin: "throws",
    weir: "allow",
  },
  {
    name: "signs in a matcher's string",
    model: { matcher: 'r.sub == p.sub && r.act == "$$"', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "$$"],
    casbin: "deny",
    weir: "allow",
  },
  {
    name: "signs in a matcher's string",
    model: { matcher: 'r.sub == p.sub && regexMatch(r.act, "^(GET|POST)$")', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "POST"],
    casbin: "throws",
    weir: "allow",
  },
  {
    name: "signs in a matcher's string",
    model: { matcher: 'r.sub == p.sub && r.act == "a&b"', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "a&b"],
    casbin: "throws",
    weir: "allow",
  },
  {
    name: "signs in a matcher's string",
    model: { matcher: 'r.sub == p.sub && r.act == "eval(p_act)"', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "eval(p_act)"],
    casbin: "deny",
    weir: "allow",
  },
  {
    name: "signs in a matcher's string",
    model: { matcher: 'r.sub == p.sub && r.act == "in  in (x, y)"', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "in  in (x, y)"],
    casbin: "deny",
    weir: "allow",
  },
  {
    name: "signs in a matcher's string",
    model: { matcher: String.raw`r.sub == p.sub && r.act == "\" p.sub"`, effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", '" p.sub'],
    casbin: "deny",
    weir: "allow",
  },
  {
    name: "lists after in",
    model: { matcher: 'r.sub == p.sub && (r.act in ("x", "y"))', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "x"],
    casbin: "throws",
    weir: "allow",
  },
  {
    name: "lists after in",
    model: { matcher: 'r.sub == p.sub && r.act in ("x")', effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "x"],
    casbin: "throws",
    weir: "allow",
  },
  {
    name: "lists after in",
    model: { matcher: "r.sub == p.sub && r.act in [r.obj, p.act]", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["a", "b", "b"],
    casbin: "throws",
    weir: "allow",
  },
  {
    name: "lists after in",
    model: {
      matcher: 'r.sub == p.sub && (r.act in ["x", "y"]) && r.obj == p.obj',
      effect: ALLOW,
    },
    rules: "p, a, b, c",
    request: ["a", "b", "z"],
    casbin: "allow",
    weir: "deny",
  },
  {
    name: "a list of the request after && and in",
    model: { matcher: "r.sub == p.sub && r.obj in r.act.list", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["x", "y", { list: ["z", false] }],
    casbin: "allow",
    weir: "deny",
  },
  {
    name: "a list of the request after && and in",
    model: { matcher: "r.sub == p.sub && r.obj in r.act.list", effect: ALLOW },
    rules: "p, a, b, c",
    request: ["x", "y", {}],
    casbin: "throws",
    weir: "deny",
  },
  {
    name: "names that join to the same text",
    model: { matcher: "g(r.sub, p.sub) && r.act == p.act || g(r.obj, p.obj)", effect: ALLOW },
    rules: 'p, c, "b,c", x\ng, "a,b", c',
    request: ["a,b", "a", "y"],
    casbin: "allow",
    weir: "deny",
  },
];

describe("what both take and answer differently", () => {
  it.each(DIFFERING)("$name: $request", async ({ rules, request, casbin, weir, ...parts }) => {
    const text = model(parts.model);
    expect(await casbinSays(text, rules, request)).toBe(casbin);
    const { decide } = await loaded(text, rules);
    expect(decide(request as RequestTuple).effect).toBe(weir);
  });
});

const DENY = model({ matcher: "r.sub == p.sub", effect: EFFECTS.denyOverride });
const DAVE = ["dave", "/x", "GET"] as const;
const RULES = "p, dave, /x, GET, deny";

const OVER_TIME: Readonly<Record<string, () => Promise<void>>> = {
  "requests while rules are loaded again": async () => {
    const adapter = new StringAdapter(RULES);
    const loadPolicyLater = async (model: Model): Promise<void> => {
      await setImmediate();
      await adapter.loadPolicy(model);
    };
    const later = adapterOf(loadPolicyLater);
    const casbin = await newEnforcer(newModel(DENY), later);
    expect(casbin.enforceSync(...DAVE)).toBe(false);
    const loading = casbin.loadPolicy();
    expect(casbin.enforceSync(...DAVE)).toBe(true);
    await loading;
    const weir = await loaded(DENY, RULES);
    const again = loadPolicy(sourceOf(DENY, RULES), { request: null });
    expect(weir.decide(DAVE).effect).toBe("deny");
    await again;
  },

  "a reload that fails": async () => {
    const casbin = await newEnforcer(newModel(DENY), new StringAdapter(RULES));
    casbin.setAdapter(adapterOf(failing));
    await expect(casbin.loadPolicy()).rejects.toThrow("no file");
    expect(casbin.enforceSync(...DAVE)).toBe(true);
    const weir = await loaded(DENY, RULES);
    expect(await faultsOf(DENY, "p, broken")).not.toEqual([]);
    expect(weir.decide(DAVE).effect).toBe("deny");
  },

  "remembered decisions": async () => {
    const text = model({ matcher: EQUAL });
    const rules = "p, a$$b, c, r";
    const casbin = await newCachedEnforcer(newModel(text), new StringAdapter(rules));
    expect(await casbin.enforce("a$$b", "c", "r")).toBe(true);
    expect(await casbin.enforce("a", "b$$c", "r")).toBe(true);
    const { decide } = await loaded(text, rules);
    expect(decide(["a$$b", "c", "r"]).effect).toBe("allow");
    expect(decide(["a", "b$$c", "r"]).effect).toBe("deny");
  },

  "a pattern that never ends": async () => {
    const matcher = "keyMatch2(r.obj, p.obj)";
    const [fault] = await faultsOf(model({ matcher }), "p, a, /:/x, GET");
    expect(fault).toMatchObject({ file: "policy.csv", line: 1 });
    const worker = new Worker(
      'require("casbin").Util.keyMatch2Func("/1/x", "/:/x"); require("node:worker_threads").parentPort.postMessage("over")',
      { eval: true },
    );
    await new Promise((resolve) => void worker.once("online", resolve));
    const ended = await Promise.race([
      new Promise((resolve) => void worker.once("message", resolve)),
      new Promise((resolve) => void setTimeout(resolve, 1500, "still running")),
    ]);
    await worker.terminate();
    expect(ended).toBe("still running");
  },

  "commas in what is saved": async () => {
    const text = model({ matcher: "r.sub == p.sub", effect: ALLOW, policy: "sub, obj, act" });
    const rules = 'p, "a,b", data, read';
    const casbin = await newEnforcer(newModel(text), new StringAdapter(rules));
    // FileAdapter writes p rules so: joined, and not quoted.
    const saved = (await casbin.getPolicy()).map((row) => `p, ${row.join(", ")}`).join("\n");
    expect(await casbinSays(text, saved, ["a", "x", "y"])).toBe("allow");
    const { decide } = await loaded(text, rules);
    expect(decide(["a", "x", "y"]).effect).toBe("deny");
    expect(decide(["a,b", "x", "y"])).toMatchObject({ effect: "allow", rule: rules });
  },
};

describe("what happens over time", () => {
  it.each(Object.entries(OVER_TIME))("%s", async (_, show) => {
    await show();
  });
});

/** Only what loading asks for. */
function adapterOf(load: (model: Model) => Promise<void>): Adapter {
  return Object.assign(new StringAdapter("-"), { loadPolicy: load });
}

function failing(): Promise<void> {
  return Promise.reject(new Error("no file"));
}

/** The names in the table's first column. */
function namedInReadme(): readonly string[] {
  const file = fileURLToPath(new URL("../../policies/README.md", import.meta.url));
  const [, section = ""] = readFileSync(file, "utf8").split(
    "## Where weir differs from casbin, and why",
  );
  const [table = ""] = section.split(/\n## /);
  const rows = [...table.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, name = ""]) => name);
  return rows.filter((name) => name !== "What" && !/^-+$/.test(name));
}

it("policies/README.md names what is shown here, and nothing else", () => {
  const tables = [...REFUSED, ...DIFFERING].map(({ name }) => name);
  const shown = new Set([...tables, ...Object.keys(OVER_TIME)]);
  expect(namedInReadme().toSorted()).toEqual([...shown].toSorted());
});
