// The models people know from casbin's documents: each loads, and decides as casbin does.
import { newEnforcer, newModel, StringAdapter } from "casbin";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { EFFECTS } from "../../src/policy/model/model.ts";
import type { RequestTuple } from "../../src/policy/request/tuple.ts";
import { faultsOf, loaded, model } from "./support.ts";

const SUBJECTS = ["alice", "bob", "admin", "root", "nobody"];
const SAME = "r.obj == p.obj && r.act == p.act";
const ALLOW = EFFECTS.allowOverride;
const TRIPLES = requests(
  SUBJECTS,
  ["data1", "data2", "/foo/1", "/foo", "/bar/2/x"],
  ["read", "write", "GET"],
);

function requests(...fields: readonly (readonly unknown[])[]): readonly RequestTuple[] {
  return fields.reduce<readonly RequestTuple[]>(
    (tuples, values) =>
      tuples.flatMap((tuple) => values.map((value) => [...tuple, value] as RequestTuple)),
    [[]],
  );
}

const three = (matcher: string, effect: string = ALLOW): string =>
  model({ matcher, effect, policy: "sub, obj, act" });

it.each<[string, string, string, readonly RequestTuple[]]>([
  [
    "basic",
    three(`r.sub == p.sub && ${SAME}`),
    "p, alice, data1, read\np, bob, data2, write",
    TRIPLES,
  ],
  [
    "basic with root",
    three(`r.sub == p.sub && ${SAME} || r.sub == "root"`),
    "p, alice, data1, read",
    TRIPLES,
  ],
  [
    "rbac",
    three(`g(r.sub, p.sub) && ${SAME}`),
    "p, admin, data2, read\np, bob, data2, write\ng, alice, admin",
    TRIPLES,
  ],
  [
    "rbac with resource roles",
    model({
      roles: "g = _, _\ng2 = _, _",
      policy: "sub, obj, act",
      effect: ALLOW,
      matcher: "g(r.sub, p.sub) && g2(r.obj, p.obj) && r.act == p.act",
    }),
    "p, admin, group, write\np, alice, data1, read\ng, alice, admin\ng2, data1, group\ng2, data2, group",
    TRIPLES,
  ],
  [
    "rbac with domains",
    model({
      request: "sub, dom, obj, act",
      policy: "sub, dom, obj, act",
      roles: "g = _, _, _",
      effect: ALLOW,
      matcher: `g(r.sub, p.sub, r.dom) && r.dom == p.dom && ${SAME}`,
    }),
    "p, admin, d1, data1, read\np, admin, d2, data2, read\ng, alice, admin, d1\ng, bob, admin, d2",
    requests(SUBJECTS, ["d1", "d2"], ["data1", "data2"], ["read", "write"]),
  ],
  [
    "rbac with deny",
    model({ matcher: `g(r.sub, p.sub) && ${SAME}`, effect: EFFECTS.allowAndDeny }),
    "p, alice, data2, write, deny\np, admin, data2, write, allow\ng, alice, admin\ng, bob, admin",
    TRIPLES,
  ],
  [
    "keyMatch and regexMatch",
    three("r.sub == p.sub && keyMatch(r.obj, p.obj) && regexMatch(r.act, p.act)"),
    "p, alice, /foo/*, GET\np, bob, /foo, (read)|(GET)",
    TRIPLES,
  ],
  [
    "keyMatch2",
    three("r.sub == p.sub && keyMatch2(r.obj, p.obj) && regexMatch(r.act, p.act)"),
    "p, alice, /foo/:id, GET\np, bob, /bar/*, GET",
    TRIPLES,
  ],
  [
    "glob",
    three("r.sub == p.sub && globMatch(r.obj, p.obj) && r.act == p.act"),
    "p, alice, /foo/*, read\np, bob, /bar/**, write",
    TRIPLES,
  ],
  [
    "ipMatch",
    three(`ipMatch(r.sub, p.sub) && ${SAME}`),
    "p, 192.168.2.0/24, data1, read\np, 10.0.0.1, data2, write",
    requests(
      ["192.168.2.7", "192.168.3.1", "10.0.0.1", "::1"],
      ["data1", "data2"],
      ["read", "write"],
    ),
  ],
  [
    "in",
    model({
      request: "sub, obj",
      policy: "sub, obj",
      effect: ALLOW,
      matcher: 'r.sub == p.sub && r.obj in ("data2", "data3")',
    }),
    "p, alice, x",
    requests(SUBJECTS, ["data1", "data2", "data3"]),
  ],
  [
    "abac",
    model({ policy: "sub, obj, act", effect: ALLOW, matcher: "r.sub == r.obj.Owner" }),
    "",
    requests(SUBJECTS, [{ Owner: "alice" }, { Owner: "bob" }], ["read"]),
  ],
  [
    "abac rule",
    model({ policy: "sub_rule, obj, act", effect: ALLOW, matcher: `eval(p.sub_rule) && ${SAME}` }),
    "p, r.sub.Age > 18, data1, read\np, r.sub.Age < 60, data2, write",
    requests([{ Age: 16 }, { Age: 30 }, { Age: 70 }], ["data1", "data2"], ["read", "write"]),
  ],
  [
    "priority",
    model({
      policy: "priority, sub, obj, act, eft",
      effect: EFFECTS.priority,
      matcher: `g(r.sub, p.sub) && ${SAME}`,
    }),
    "p, 10, admin, data1, write, deny\np, 1, alice, data1, write, allow\np, 10, admin, data2, read, allow\np, 2, bob, data2, read, deny\ng, alice, admin\ng, bob, admin",
    TRIPLES,
  ],
  [
    "subject priority",
    model({ effect: EFFECTS.subjectPriority, matcher: `g(r.sub, p.sub) && ${SAME}` }),
    "p, root, data1, read, deny\np, admin, data1, read, deny\np, bob, data1, read, deny\np, alice, data1, read, allow\ng, admin, root\ng, bob, admin\ng, alice, bob",
    TRIPLES,
  ],
  [
    "subject priority with domains",
    model({
      request: "sub, obj, dom, act",
      policy: "sub, obj, dom, act, eft",
      roles: "g = _, _, _",
      effect: EFFECTS.subjectPriority,
      matcher: `g(r.sub, p.sub, r.dom) && r.dom == p.dom && ${SAME}`,
    }),
    "p, admin, data1, d1, write, deny\np, alice, data1, d1, write, allow\np, admin, data2, d2, write, deny\np, bob, data2, d2, write, allow\ng, alice, admin, d1\ng, bob, admin, d2",
    requests(SUBJECTS, ["data1", "data2"], ["d1", "d2"], ["write"]),
  ],
])("%s", async (...[, text, rules, tuples]) => {
  const { decide } = await loaded(text, rules);
  const casbin = await newEnforcer(newModel(text), new StringAdapter(rules || "# none"));
  const effects = new Set<string>();
  for (const tuple of tuples) {
    const [allowed, row] = casbin.enforceExSync(...tuple);
    const { effect, rule } = decide(tuple);
    effects.add(effect);
    expect([tuple, effect]).toEqual([tuple, allowed ? "allow" : "deny"]);
    if (rules !== "") expect(rule).toBe(row.length === 0 ? "" : `p, ${row.join(", ")}`);
  }
  expect(effects).toEqual(new Set(["allow", "deny"]));
});

it("orders rules by subject as casbin does, whatever hierarchy is accepted", async () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const text = model({
    effect: EFFECTS.subjectPriority,
    matcher: "g(r.sub, p.sub) && r.obj == p.obj",
  });
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, name), { minLength: 2, maxLength: 8 }),
      fc.array(fc.tuple(name, fc.constantFrom("x", "y"), fc.constantFrom("allow", "deny")), {
        minLength: 2,
        maxLength: 8,
      }),
      async (links, rules) => {
        // Downwards only, so that few are refused for a circle.
        const csv = [
          ...rules.map(([sub, obj, eft]) => `p, ${sub}, ${obj}, GET, ${eft}`),
          ...links
            .map((pair) => `g, ${pair.toSorted().join(", ")}`)
            .filter((line) => !/, (.), \1$/.test(line)),
        ].join("\n");
        if ((await faultsOf(text, csv)).length > 0) return;
        const { decide } = await loaded(text, csv);
        const casbin = await newEnforcer(newModel(text), new StringAdapter(csv));
        for (const tuple of requests(["a", "b", "c", "d", "e", "f", "z"], ["x", "y"], ["GET"])) {
          const [allowed, row] = casbin.enforceExSync(...tuple);
          const { effect, rule } = decide(tuple);
          decided += 1;
          expect([csv, tuple, effect, rule]).toEqual([
            csv,
            tuple,
            allowed ? "allow" : "deny",
            row.length === 0 ? "" : `p, ${row.join(", ")}`,
          ]);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(decided).toBeGreaterThan(300);
});
