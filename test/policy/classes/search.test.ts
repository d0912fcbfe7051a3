// Who may do one thing, and what one caller may do: against deciding everything.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeCells } from "../../../src/policy/classes/describe.ts";
import type { MergedClass } from "../../../src/policy/classes/merge.ts";
import type { ClassSpace } from "../../../src/policy/classes/space.ts";
import { decideValues } from "../../../src/policy/classes/values.ts";
import { whatCan, type WhatAnswer } from "../../../src/policy/classes/what.ts";
import { whoCan } from "../../../src/policy/classes/who.ts";
import { widestOf } from "../../../src/policy/classes/widest.ts";
import type { LoadedPolicy } from "../../../src/policy/classes/diff.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import type { Decision } from "../../../src/policy/snapshot.ts";
import { MODEL, model, RULES } from "../support.ts";
import { isIn, mustLoad, tryLoad } from "./support.ts";

function mustKnow(
  { policy, snapshot }: LoadedPolicy,
  only: readonly (string | null)[],
): WhatAnswer {
  const result = whatCan(policy, snapshot, { only });
  if (!result.ok) throw new Error(result.message);
  return result.answer;
}

function told(
  { dimensions }: ClassSpace,
  classes: readonly MergedClass<Decision>[],
): readonly string[] {
  return classes.map(({ cells, found }) =>
    [
      ...dimensions.map(
        (dimension, at) => describeCells(dimension, cells[at] ?? [], new Set()).text,
      ),
      found.ruleSource,
    ].join(" "),
  );
}

describe("whoCan", () => {
  const query = { request: ["", "/orders/1", "GET"], field: 0 };

  it("names everybody by the rule that allows it, with the roles in between", async () => {
    const rules = `${RULES}g, vip, role:customer\ng, erin, vip\np, erin, /orders/1, GET\n`;
    const { policy, snapshot } = await mustLoad(MODEL, rules);
    const { groups, anybody, anonymous, asked } = whoCan(policy, snapshot, query);
    expect(groups.map(({ ruleSource, callers }) => [ruleSource, callers])).toEqual([
      [
        "policy.csv:3",
        [
          { name: "alice", isRole: false, rolePath: ["alice", "role:customer"] },
          { name: "role:customer", isRole: true, rolePath: [] },
          { name: "vip", isRole: true, rolePath: ["vip", "role:customer"] },
        ],
      ],
      ["policy.csv:10", [{ name: "erin", isRole: false, rolePath: [] }]],
    ]);
    expect([anybody.effect, anonymous.effect, asked]).toEqual(["deny", "deny", 6]);
  });

  it("says once what holds for anybody, and what anonymous callers get", async () => {
    const open = model({ matcher: '(p.sub == "*" || r.sub == p.sub) && keyMatch2(r.obj, p.obj)' });
    const { policy, snapshot } = await mustLoad(
      open,
      "p, *, /orders/:id, GET\np, anonymous, /*, GET, deny\np, bob, /x, GET\n",
    );
    const { groups, anybody, anonymous } = whoCan(policy, snapshot, query);
    expect(groups).toEqual([]);
    expect([anybody.ruleSource, anonymous.ruleSource]).toEqual(["policy.csv:1", "policy.csv:2"]);
  });

  it("shows an example where patterns speak of callers", async () => {
    const patterns = model({ matcher: "keyMatch(r.sub, p.sub) && keyMatch2(r.obj, p.obj)" });
    const { policy, snapshot } = await mustLoad(patterns, "p, team-*, /orders/:id, GET\n");
    const { anybody, others } = whoCan(policy, snapshot, query);
    expect(anybody.effect).toBe("deny");
    expect(others.map(({ value }) => value)).toEqual([expect.stringMatching(/^team-/)]);
  });

  it("says which rules speak of callers in a way that it can't list, and of no others", async () => {
    const free = model({
      matcher: "regexMatch(r.sub, p.sub) && regexMatch(r.obj, p.obj) && r.act == p.act",
    });
    const rules = [
      "^(a|b)+$, ^/orders, GET",
      "^(a|b)+$, ^/(x|y)+$, GET",
      "^(c|d)+$, /1$, PUT",
      "bob, ^/(o|r|d|e|s|[/]|1)+$, GET",
    ];
    const { policy, snapshot } = await mustLoad(free, rules.map((rule) => `p, ${rule}`).join("\n"));
    const { uncovered } = whoCan(policy, snapshot, query);
    expect(uncovered.map(({ rule }) => rule?.line)).toEqual([1]);
  });

  it("asks 20,000 names", async () => {
    const links = Array.from({ length: 20_000 }, (_, at) => `g, user${at}, role:customer`);
    const { policy, snapshot } = await mustLoad(MODEL, RULES + links.join("\n"));
    const [group] = whoCan(policy, snapshot, query).groups;
    expect(group?.callers).toHaveLength(20_002);
  });
});

describe("decideValues", () => {
  it("finds the methods that are allowed, and whether any other is", async () => {
    const { policy, snapshot } = await mustLoad(MODEL, `${RULES}p, role:customer, /orders, POST\n`);
    const { named, others } = decideValues(policy, snapshot, {
      request: ["alice", "/orders", ""],
      field: 2,
    });
    const allowed = named.filter(({ decision }) => decision.effect === "allow");
    expect(allowed.map(({ value }) => value)).toEqual(["GET", "POST"]);
    expect(others.map(({ decision }) => decision.effect)).toEqual(["deny"]);
  });
});

describe("whatCan", () => {
  it("lists paths and methods with their rule, and what a deny takes away", async () => {
    const rules = `${RULES}p, root, /*, *\np, root, /orders, *, deny\n`;
    const loaded = await mustLoad(MODEL, rules);
    const alice = mustKnow(loaded, ["alice", null, null]);
    expect(told(alice.space, alice.allowed).toSorted()).toEqual([
      "alice /orders GET policy.csv:2",
      "alice /orders/:id GET policy.csv:3",
    ]);
    const root = mustKnow(loaded, ["root", null, null]);
    const widest = widestOf(root.space, root.allowed, ({ ruleSource }) => ruleSource);
    expect(told(root.space, widest)).toEqual(["root /* any policy.csv:8"]);
    expect(told(root.space, root.denied)).toEqual(["root /orders any policy.csv:9"]);
    const dave = mustKnow(loaded, ["dave", null, null]);
    expect([dave.allowed, told(dave.space, dave.denied).length]).toEqual([[], 2]);
  });

  it("lists what is denied where all else is allowed", async () => {
    const loaded = await mustLoad(model({ effect: EFFECTS.denyOverride }), RULES);
    const { allowed, denied, allowsRest, space } = mustKnow(loaded, ["dave", null, null]);
    expect([allowed, allowsRest]).toEqual([[], true]);
    const widest = widestOf(space, denied, ({ ruleSource }) => ruleSource);
    expect(told(space, widest)).toEqual(["dave /* any policy.csv:6"]);
  });

  it("says which rules it can't list, and not those that are known not to match", async () => {
    const free = model({
      matcher: "regexMatch(r.sub, p.sub) && globMatch(r.obj, p.obj) && r.act == p.act",
    });
    const loaded = await mustLoad(free, "p, ^(a|b)+$, /a*, GET\np, ^(c|d)+$, /c*, GET\n");
    const { uncovered } = mustKnow(loaded, ["ab", null, null]);
    expect(uncovered.map(({ rule }) => rule?.line)).toEqual([1]);
  });

  it("varies the domain, too", async () => {
    const tenants = model({
      request: "sub, dom, obj, act",
      policy: "sub, dom, obj, act, eft",
      roles: "g = _, _, _",
      matcher: "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && r.act == p.act",
    });
    const rules = "p, admin, d1, data, read\np, admin, d2, data, read\ng, alice, admin, d2\n";
    const { allowed, space } = mustKnow(await mustLoad(tenants, rules), [
      "alice",
      null,
      null,
      null,
    ]);
    expect(told(space, allowed)).toEqual(["alice d2 data read policy.csv:2"]);
  });
});

const name = fc.constantFrom("alice", "bob", "admin", "*");
const path = fc.constantFrom("/a", "/a/1", "/a/1/x", "/b", "/b/", "/", "a");
const pattern = fc.constantFrom("/a", "/a/:id", "/a/*", "/*", "/:x", "/*/x");
const act = fc.constantFrom("GET", "POST", "*");

it("lists a request of that caller if and only if it is allowed", async () => {
  let allowedCount = 0;
  const rule = fc.tuple(name, pattern, act, fc.constantFrom("allow", "allow", "deny"));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(EFFECTS.allowOverride, EFFECTS.allowAndDeny, EFFECTS.priority),
      fc.array(rule, { minLength: 1, maxLength: 12 }),
      fc.tuple(
        fc.array(fc.tuple(name, name), { maxLength: 4 }),
        fc.array(fc.tuple(path, fc.constantFrom("GET", "POST", "PUT")), {
          minLength: 30,
          maxLength: 30,
        }),
      ),
      async (effect, rules, [links, requests]) => {
        const matcher =
          '(p.sub == "*" || g(r.sub, p.sub)) && keyMatch2(r.obj, p.obj) && (r.act == p.act || p.act == "*")';
        const text = [
          ...rules.map((fields) => `p, ${fields.join(", ")}`),
          ...links.map((fields) => `g, ${fields.join(", ")}`),
        ].join("\n");
        const loaded = await tryLoad(model({ matcher, effect }), text);
        if (loaded === null) return;
        for (const caller of ["alice", "nobody"]) {
          const { space, allowed } = mustKnow(loaded, [caller, null, null]);
          for (const [asked, method] of requests) {
            const request = [caller, asked, method];
            const isAllowed = loaded.snapshot.decide(request).effect === "allow";
            expect([request, isIn(request, space, allowed)]).toEqual([request, isAllowed]);
            if (isAllowed) allowedCount += 1;
          }
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(allowedCount).toBeGreaterThan(500);
});
