// The diff of two policies: the classes it lists are those that are decided differently, all of them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeCells } from "../../../src/policy/classes/describe.ts";
import { diffPolicies, type LoadedPolicy } from "../../../src/policy/classes/diff.ts";
import { tupleOf } from "../../../src/policy/classes/space.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import { MODEL, model } from "../support.ts";
import { isIn, mustDiff, mustLoad, tryLoad } from "./support.ts";

/** WEIR_FUZZ_RUNS multiplies them. */
const RUNS = 150 * Number(process.env["WEIR_FUZZ_RUNS"] ?? 1);

const name = fc.constantFrom("alice", "bob", "carol", "admin", "staff", "*");
const asker = fc.constantFrom("alice", "bob", "carol", "admin", "staff", "*", "nobody", "");
const act = fc.constantFrom("GET", "POST", "*");
const asked = fc.constantFrom("GET", "POST", "*", "PUT");
const eft = fc.constantFrom("allow", "deny");
const segment = fc.constantFrom("orders", "1", "items", "a.b", "aXb", "", "x?y");
const path = fc.oneof(
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
  fc.constantFrom("", "orders", "/orders?q=/items", "GET"),
);
const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  keyMatch: ["/orders", "/orders/*", "/ord*", "*", "/*", "/orders/*/items", "/orders/1"],
  keyMatch2: ["/orders", "/orders/:id", "/orders/:id/items", "/*", "*", "/*/items", "/a.b"],
  keyMatch3: ["/orders", "/orders/{id}", "/{x}/1", "/orders/*", "/a.b"],
  keyMatch4: ["/orders/{id}", "/{a}/{b}", "/orders/*", "/orders"],
  keyMatch5: ["/orders/{id}", "/orders", "/orders/*", "/{a}/items"],
  regexMatch: ["^/orders", "items$", "^/orders/[0-9]+$", "(^/a|^/orders/1$)"],
};

/** One kind of model, with the rules and requests that fit it. */
interface World {
  readonly models: readonly string[];
  readonly rule: fc.Arbitrary<string>;
  readonly link: fc.Arbitrary<string>;
  readonly request: fc.Arbitrary<readonly string[]>;
}

const MATCHERS = [
  'g(r.sub, p.sub) && FN(r.obj, p.obj) && (r.act == p.act || p.act == "*")',
  '(p.sub == "*" || g(r.sub, p.sub)) && FN(r.obj, p.obj) && r.act == p.act',
  'r.sub == p.sub && FN(r.obj, p.obj) && r.act in ("GET", "PUT")',
  '(g(r.sub, p.sub) && FN(r.obj, p.obj) && r.act != p.act) || r.sub == "carol"',
  "g(r.sub, p.sub) && !(FN(r.obj, p.obj)) && !(r.act != p.act)",
  'FN(r.obj, p.obj) && (g(r.sub, "admin") || g(r.sub, p.sub) && r.act == p.act)',
  'FN(r.obj, p.obj) && !g(r.sub, p.sub) && p.act in (r.act, "*")',
];

const plain: fc.Arbitrary<World> = fc
  .record({
    path: fc.constantFrom(...Object.keys(PATTERNS)),
    matcher: fc.constantFrom(...MATCHERS),
    other: fc.option(fc.constantFrom(...MATCHERS), { freq: 8 }),
    effect: fc.constantFrom(...Object.values(EFFECTS).slice(0, 4)),
    otherEffect: fc.option(fc.constantFrom(...Object.values(EFFECTS).slice(0, 4)), { freq: 10 }),
    hasPriority: fc.boolean(),
  })
  .map(({ path: functionName, matcher, other, effect, otherEffect, hasPriority }) => {
    const policy = `sub, obj, act, ${hasPriority ? "priority, " : ""}eft`;
    const priority = hasPriority ? fc.integer({ min: 0, max: 3 }).map(String) : fc.constant(null);
    const modelWith = (written: string, folded: string): string =>
      model({ matcher: written.replaceAll("FN", functionName), effect: folded, policy });
    return {
      models: [modelWith(matcher, effect), modelWith(other ?? matcher, otherEffect ?? effect)],
      rule: fc
        .tuple(name, fc.constantFrom(...(PATTERNS[functionName] ?? [])), act, priority, eft)
        .map((fields) => `p, ${fields.filter((field) => field !== null).join(", ")}`),
      link: fc.tuple(name, name).map((fields) => `g, ${fields.join(", ")}`),
      request: fc.tuple(asker, path, asked),
    };
  });

const domain = fc.constantFrom("d1", "d2", "*");
const domains: fc.Arbitrary<World> = fc
  .record({
    matcher: fc.constantFrom(
      "g(r.sub, p.sub, r.dom) && r.dom == p.dom && keyMatch2(r.obj, p.obj)",
      "r.dom == p.dom && g(r.sub, p.sub, p.dom) && g2(r.obj, p.obj)",
      'g(r.sub, p.sub, r.dom) && (r.dom == p.dom || p.dom == "*") && g2(r.obj, p.obj) && r.act == p.act',
      'g(r.sub, p.sub, "d1") && (g2(r.obj, p.obj) || keyMatch(r.obj, p.obj))',
    ),
    effect: fc.constantFrom(...Object.values(EFFECTS).slice(0, 4)),
  })
  .map((parts) => {
    const text = model({
      ...parts,
      request: "sub, dom, obj, act",
      policy: "sub, dom, obj, act, eft",
      roles: "g = _, _, _\ng2 = _, _",
    });
    const thing = fc.constantFrom("/orders", "/orders/1", "/orders/:id", "/orders/*", "things");
    return {
      models: [text, text],
      rule: fc.tuple(name, domain, thing, act, eft).map((fields) => `p, ${fields.join(", ")}`),
      link: fc.oneof(
        fc.tuple(name, name, domain).map((fields) => `g, ${fields.join(", ")}`),
        fc.tuple(thing, thing).map((fields) => `g2, ${fields.join(", ")}`),
      ),
      request: fc.tuple(
        asker,
        fc.constantFrom("d1", "d2", "d3", "*"),
        fc.oneof(path, thing),
        asked,
      ),
    };
  });

interface Case {
  readonly models: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly requests: readonly (readonly string[])[];
}

/** Some lines left out, some added, some moved. */
const cases: fc.Arbitrary<Case> = fc
  .oneof({ arbitrary: plain, weight: 2 }, domains)
  .chain(({ models, rule, link, request }) =>
    fc
      .record({
        kept: fc.array(fc.oneof({ arbitrary: rule, weight: 2 }, link), { maxLength: 10 }),
        removed: fc.array(fc.oneof(rule, link), { maxLength: 3 }),
        added: fc.array(fc.oneof(rule, link), { maxLength: 3 }),
        turn: fc.nat(3),
        requests: fc.array(request, { minLength: 120, maxLength: 120 }),
      })
      .map(({ kept, removed, added, turn, requests }) => ({
        models,
        before: [...kept.slice(0, 4), ...removed, ...kept.slice(4)],
        after: [...added, ...kept.slice(turn), ...kept.slice(0, turn)],
        requests,
      })),
  );

describe("diffPolicies", () => {
  it("lists a request's class if and only if old and new decide the request differently", async () => {
    let [differing, alike, asked] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ models: [one = "", other = ""], before, after, requests }) => {
          const old = await tryLoad(one, before.join("\n"));
          const young = await tryLoad(other, after.join("\n"));
          if (old === null || young === null) return;
          const diff = mustDiff(old, young);
          expect(diff.uncovered).toEqual({ old: [], young: [] });
          const effects = (request: readonly string[]): readonly string[] =>
            [old, young].map(({ snapshot }) => snapshot.decide(request).effect);
          for (const { cells, found } of diff.changed) {
            const example = tupleOf(
              diff.space,
              cells.map(([cell = -1]) => cell),
            );
            expect([example, effects(example)]).toEqual([
              example,
              [found.old.effect, found.young.effect],
            ]);
          }
          for (const request of requests) {
            const [was, is] = effects(request);
            expect([request, isIn(request, diff.space, diff.changed)]).toEqual([
              request,
              was !== is,
            ]);
            if (was === is) alike += 1;
            else differing += 1;
          }
          asked += 1;
        },
      ),
      { numRuns: RUNS },
    );
    expect(asked).toBeGreaterThan(RUNS / 2);
    expect(Math.min(differing, alike)).toBeGreaterThan(RUNS * 5);
  });
});

const freely = fc.constantFrom("^/(a|b)+$", "/a*", "^/a", "/a/b", "/b", "b$", "^/ab?c*$");
const free: fc.Arbitrary<Case> = fc
  .tuple(
    fc.constantFrom(
      'g(r.sub, p.sub) && FN(r.obj, p.obj) && (r.act == p.act || p.act == "*")',
      '(p.sub == "*" || g(r.sub, p.sub)) && (FN(r.obj, p.obj) || keyMatch2(r.obj, p.obj)) && r.act == p.act',
      "g(r.sub, p.sub) && !FN(r.obj, p.obj) && r.act == p.act",
    ),
    fc.constantFrom("globMatch", "regexMatch"),
    fc.constantFrom(...Object.values(EFFECTS).slice(0, 4)),
  )
  .chain(([matcher, functionName, effect]) => {
    const text = model({ matcher: matcher.replaceAll("FN", functionName), effect });
    const line = fc.oneof(
      fc.tuple(name, freely, act, eft).map((fields) => `p, ${fields.join(", ")}`),
      fc.tuple(name, name).map((fields) => `g, ${fields.join(", ")}`),
    );
    const asks = fc.tuple(asker, fc.constantFrom("/a", "/b", "/ab", "/a/b", "/abc", "/"), asked);
    return fc
      .record({
        kept: fc.array(line, { maxLength: 6 }),
        removed: fc.array(line, { maxLength: 1 }),
        added: fc.array(line, { maxLength: 1 }),
        requests: fc.array(asks, { minLength: 60, maxLength: 60 }),
      })
      .map(({ kept, removed, added, requests }) => ({
        models: [text, text],
        before: [...kept, ...removed],
        after: [...kept, ...added],
        requests,
      }));
  });

describe("diffPolicies of rules that can't be enumerated", () => {
  it("never says that all is covered and the same where a request is decided differently", async () => {
    let [silent, hidden] = [0, 0];
    await fc.assert(
      fc.asyncProperty(free, async ({ models: [text = ""], before, after, requests }) => {
        const old = await tryLoad(text, before.join("\n"));
        const young = await tryLoad(text, after.join("\n"));
        if (old === null || young === null) return;
        const { changed, uncovered } = mustDiff(old, young);
        const isSilent = changed.length + uncovered.old.length + uncovered.young.length === 0;
        const differing = requests.filter(
          (request) =>
            old.snapshot.decide(request).effect !== young.snapshot.decide(request).effect,
        );
        if (isSilent) expect(differing).toEqual([]);
        if (isSilent) silent += 1;
        else if (changed.length === 0 && differing.length > 0) hidden += 1;
      }),
      { numRuns: RUNS * 2 },
    );
    expect(Math.min(silent, hidden)).toBeGreaterThan(0);
  });
});

function lines(old: LoadedPolicy, young: LoadedPolicy): readonly string[] {
  const diff = mustDiff(old, young);
  return diff.changed.map(({ cells, found }) => {
    const texts = diff.space.dimensions.map(
      (dimension, at) => describeCells(dimension, cells[at] ?? [], new Set(["customer"])).text,
    );
    return [found.young.effect === "allow" ? "+" : "-", ...texts].join(" | ");
  });
}

const RULES = `p, customer, /orders, GET
p, customer, /orders/:id, GET
p, root, /*, *, deny
g, alice, customer
g, bob, customer
`;

describe("the listed classes", () => {
  it.each([
    ["nothing changes", RULES, []],
    [
      "comments, order, a repeated rule",
      `# new\ng, bob, customer\n${RULES}p, customer, /orders, GET\n`,
      [],
    ],
    [
      "callers who are alike are one set",
      `${RULES}p, customer, /orders, POST\n`,
      ["+ | alice, bob, customer | /orders | POST"],
    ],
    ["a rule within a wider one is no change", `${RULES}p, alice, /orders/1, GET\n`, []],
    [
      "gains first",
      RULES.replace("/orders, GET", "/orders, POST"),
      ["+ | alice, bob, customer | /orders | POST", "- | alice, bob, customer | /orders | GET"],
    ],
    [
      "one link: that caller alone",
      `${RULES}g, carol, customer\n`,
      ["+ | carol | /orders | GET", "+ | carol | /orders/:id | GET"],
    ],
    [
      "a deny takes from each path",
      `${RULES}p, alice, /*, *, deny\n`,
      ["- | alice | /orders | GET", "- | alice | /orders/:id | GET"],
    ],
    ["methods", `${RULES}p, bob, /x, *\n`, ["+ | bob | /x | any"]],
  ])("%s", async (_, changed, expected) => {
    expect(lines(await mustLoad(MODEL, RULES), await mustLoad(MODEL, changed))).toEqual(expected);
  });

  it("notices that a rule moved where the first one decides", async () => {
    const ordered = model({ effect: EFFECTS.priority });
    const rules = ["p, alice, /a/*, GET, deny", "p, alice, /a/:id, GET, allow"];
    const old = await mustLoad(ordered, rules.join("\n"));
    const young = await mustLoad(ordered, rules.toReversed().join("\n"));
    expect(lines(old, young)).toEqual(["+ | alice | /a/:id | GET"]);
  });

  it("compares other models, and what they allow by default", async () => {
    const old = await mustLoad(MODEL, RULES);
    const young = await mustLoad(model({ effect: EFFECTS.denyOverride }), RULES);
    const changed = lines(old, young);
    expect(changed).toContain("+ | any but root | /* | any");
    expect(changed).not.toContainEqual(expect.stringMatching(/^-/));
  });

  it("keeps to the values that are given", async () => {
    const old = await mustLoad(MODEL, RULES);
    const young = await mustLoad(MODEL, RULES.replaceAll("GET", "*"));
    const diff = mustDiff(old, young, ["alice", null, "PUT"]);
    expect(diff.changed.map(({ cells }) => cells)).toHaveLength(2);
    for (const { cells } of diff.changed) {
      const [who, , method] = tupleOf(
        diff.space,
        cells.map(([cell = -1]) => cell),
      );
      expect([who, method]).toEqual(["alice", "PUT"]);
    }
  });

  it("says which rules it can't enumerate, and still finds what their examples show", async () => {
    const globs = model({
      matcher: "g(r.sub, p.sub) && globMatch(r.obj, p.obj) && r.act == p.act",
    });
    const old = await mustLoad(globs, "p, alice, /a, GET\n");
    const young = await mustLoad(globs, "p, alice, *, GET\n");
    const { uncovered } = mustDiff(old, young);
    expect(uncovered.young).toMatchObject([
      { rule: { line: 1 }, reason: expect.stringContaining("globMatch") },
    ]);
    const regexes = model({ matcher: "g(r.sub, p.sub) && regexMatch(r.obj, p.obj)" });
    const rules = "p, alice, ^/(a/)+$, GET\np, alice, ^/a$, GET\n";
    const same = await mustLoad(regexes, rules);
    const none = await mustLoad(regexes, "p, bob, ^/b$, GET\n");
    expect(mustDiff(same, none).uncovered.old).toMatchObject([{ rule: { line: 1 } }]);
    expect(mustDiff(same, same).uncovered).toEqual({ old: [], young: [] });
  });

  it("refuses more classes than can be decided in seconds", async () => {
    const many = (prefix: string): string =>
      Array.from({ length: 2000 }, (_, at) => `p, ${prefix}${at}, /${prefix}${at}, GET`).join("\n");
    const open = model({ matcher: "r.sub != p.sub && r.obj != p.obj && r.act == p.act" });
    const result = diffPolicies(
      await mustLoad(open, many("a")),
      await mustLoad(open, many("b")),
      [],
    );
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("more than") });
  });
});

it("decides few classes where few lines of many differ", async () => {
  const rules = Array.from({ length: 2000 }, (_, at) => `p, role${at % 50}, /team${at}/:id, GET`);
  const links = Array.from({ length: 2000 }, (_, at) => `g, user${at}, role${at % 50}`);
  const old = await mustLoad(MODEL, [...rules, ...links].join("\n"));
  const young = await mustLoad(
    MODEL,
    [...rules.with(7, "p, role7, /team7/*, GET"), ...links].join("\n"),
  );
  const diff = mustDiff(old, young);
  expect(diff.changed).toHaveLength(1);
  expect(diff.decided).toBeLessThan(10);
});
