// The compiled engine against casbin reading the same texts by itself: decision and deciding rule.
import { newEnforcer, newModel, StringAdapter } from "casbin";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { loadPolicy } from "../../src/policy/load.ts";
import { EFFECTS } from "../../src/policy/model.ts";
import { model, sourceOf } from "./support.ts";

/** 50,000 decisions; WEIR_FUZZ_RUNS multiplies them. */
const RUNS = 500 * Number(process.env["WEIR_FUZZ_RUNS"] ?? 1);
const REQUESTS = 100;

const name = fc.constantFrom("alice", "bob", "admin", "staff", "root");
const domain = fc.constantFrom("d1", "d2", "*");
const act = fc.constantFrom("GET", "POST", "*");
const segment = fc.constantFrom("", "orders", "1", "a.b", "aXb", "items", "v1", "é", "x:y");
const asked = fc.oneof(
  fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`),
  fc.constantFrom("", "/", "orders", "/orders?x=/items", "/orders/1/", "//orders", "/orders\n1"),
);

/** Pattern texts of each function, simple ones and those that an index can't sort. */
const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  keyMatch: ["/orders", "/orders/*", "/ord*", "*", "/*", "/orders/*/items", "", "/orders/1"],
  keyMatch2: ["/orders", "/orders/:id", "/orders/:id/items", "/*", "*", "/orders/*/items", "/a.b"],
  keyMatch3: ["/orders", "/orders/{id}", "/orders/{id}/items", "/orders/*", "/a.b", "/{x}/1"],
  keyMatch4: ["/orders/{id}", "/{a}/{b}", "/{a}/{a}", "/orders/*", "/orders"],
  keyMatch5: ["/orders/{id}", "/orders", "/orders/*", "/{a}/items"],
  regexMatch: ["^/orders", "items$", "^/orders/[0-9]+$", "."],
  globMatch: ["/orders/*", "/*", "/orders", "/orders/?"],
};

/** Casbin gives "in" the precedence of "||", so it can only stand last. */
const IN = 'r.act in ("GET", "HEAD")';

const path = fc.constantFrom(...Object.keys(PATTERNS));
const subjectTerm = fc.constantFrom("g(r.sub, p.sub)", "r.sub == p.sub", "p.sub == r.sub");
const actTerm = fc.constantFrom(
  "r.act == p.act",
  '(r.act == p.act || p.act == "*")',
  IN,
  'r.act != "POST"',
  "!(r.act != p.act)",
);

/** A matcher over (sub, obj, act), its path function, and whether domains take part. */
const matcherOf = fc
  .record({
    path,
    subject: subjectTerm,
    act: actTerm,
    extra: fc.constantFrom("", ' || r.sub == "root"', ' || p.act == "*" && g(r.sub, p.sub)'),
    order: fc.nat(2),
    wrap: fc.constantFrom("", "not"),
  })
  .map(({ path: functionName, subject, act: action, extra, order, wrap }) => {
    const terms = [subject, `${functionName}(r.obj, p.obj)`, action];
    const turned = [...terms.slice(order), ...terms.slice(0, order)].join(" && ");
    if (action === IN) return { functionName, matcher: terms.join(" && ") };
    return {
      functionName,
      matcher: wrap === "not" ? `!(!(${turned}))${extra}` : `${turned}${extra}`,
    };
  });

const effect = fc.constantFrom(
  EFFECTS.allowOverride,
  EFFECTS.allowAndDeny,
  EFFECTS.priority,
  EFFECTS.denyOverride,
);
const eft = fc.constantFrom("allow", "deny");
const links = fc.array(fc.tuple(name, name), { maxLength: 6 });

/** Texts of one policy and requests for it. */
interface Case {
  readonly model: string;
  readonly rules: string;
  readonly requests: readonly (readonly string[])[];
}

const plain: fc.Arbitrary<Case> = fc
  .record({ matcherOf, effect, links, last: fc.constantFrom("eft", "priority") })
  .chain(({ matcherOf: { functionName, matcher }, effect: folded, links: roles, last }) => {
    const pattern = fc.constantFrom(...(PATTERNS[functionName] ?? []));
    const tail = last === "eft" ? eft : fc.integer({ min: -3, max: 12 }).map(String);
    const columns = last === "eft" ? "sub, obj, act, eft" : "sub, obj, act, priority, eft";
    const rule = fc
      .tuple(name, pattern, act, tail, eft)
      .map((fields) => `p, ${fields.slice(0, last === "eft" ? 4 : 5).join(", ")}`);
    return fc.record({
      model: fc.constant(model({ matcher, effect: folded, policy: columns })),
      rules: fc
        .array(rule, { minLength: 1, maxLength: 25 })
        .map((rules) => [...rules, ...roles.map(([one, two]) => `g, ${one}, ${two}`)].join("\n")),
      requests: fc.array(fc.tuple(name, asked, act), { minLength: REQUESTS, maxLength: REQUESTS }),
    });
  });

const DOMAIN_MATCHERS = [
  "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && r.act == p.act",
  "r.dom == p.dom && g(r.sub, p.sub, p.dom) && keyMatch2(r.obj, p.obj)",
  'g(r.sub, p.sub, r.dom) && (r.dom == p.dom || p.dom == "*") && g2(r.obj, p.obj)',
];

const domains: fc.Arbitrary<Case> = fc.record({
  model: fc.record({ matcher: fc.constantFrom(...DOMAIN_MATCHERS), effect }).map((parts) =>
    model({
      ...parts,
      request: "sub, dom, obj, act",
      policy: "sub, dom, obj, act, eft",
      roles: "g = _, _, _\ng2 = _, _",
    }),
  ),
  rules: fc
    .tuple(
      fc.array(fc.tuple(name, domain, asked, act, eft), { minLength: 1, maxLength: 20 }),
      fc.array(fc.tuple(name, name, domain), { maxLength: 8 }),
      fc.array(fc.tuple(asked, asked), { maxLength: 4 }),
    )
    .map(([rules, roles, objects]) =>
      [
        ...rules.map((fields) => `p, ${fields.join(", ")}`),
        ...roles.map((fields) => `g, ${fields.join(", ")}`),
        ...objects.map((fields) => `g2, ${fields.join(", ")}`),
      ].join("\n"),
    ),
  requests: fc.array(fc.tuple(name, domain, asked, act), {
    minLength: REQUESTS,
    maxLength: REQUESTS,
  }),
});

it("gives casbin's decisions and deciding rules, whatever policy is accepted", async () => {
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof({ arbitrary: plain, weight: 3 }, domains), async (one) => {
      const load = await loadPolicy(sourceOf(one.model, one.rules), { request: null });
      if (!load.ok) return;
      const casbin = await newEnforcer(newModel(one.model), new StringAdapter(one.rules));
      for (const request of one.requests) {
        const [allowed, explained] = casbin.enforceExSync(...request);
        const { effect: decision, rule } = load.snapshot.decide(request);
        const told = explained.length === 0 ? "" : `p, ${explained.join(", ")}`;
        expect([request, decision, rule]).toEqual([request, allowed ? "allow" : "deny", told]);
        decided += 1;
      }
    }),
    { numRuns: RUNS, endOnFailure: false },
  );
  expect(decided).toBeGreaterThan((RUNS * REQUESTS) / 2);
}, 240_000);
