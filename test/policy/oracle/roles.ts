// Role graphs: chains at the limit, circles, diamonds, names that are users and roles, g2, domains.
import * as fc from "fast-check";
import { model } from "../support.ts";
import type { PolicyCase } from "./compare.ts";
import { requestsOf } from "./fuzz.ts";
import {
  act,
  askedAct,
  askedDomain,
  askedName,
  askedPath,
  domain,
  effect,
  eft,
  line,
  name,
  path,
} from "./words.ts";

type Link = readonly [string, string];

/** 9, 10 and 11 links: casbin walks ten. */
const chain: fc.Arbitrary<readonly Link[]> = fc
  .constantFrom(9, 10, 11)
  .map((length) =>
    Array.from({ length }, (_, at): Link => [at === 0 ? "alice" : `r${at}`, `r${at + 1}`]),
  );
const SHAPES: readonly (readonly Link[])[] = [
  [["alice", "alice"]],
  [
    ["alice", "staff"],
    ["staff", "alice"],
  ],
  [
    ["alice", "bob"],
    ["bob", "staff"],
    ["staff", "alice"],
  ],
  [
    ["alice", "staff"],
    ["alice", "admin"],
    ["staff", "root"],
    ["admin", "root"],
  ],
  [
    ["alice", "staff"],
    ["alice", "staff"],
  ],
  [
    ["alice", "a,b"],
    ["a,b", "c,d"],
  ],
  [
    ["__proto__", "constructor"],
    ["toString", "root"],
  ],
  [
    ["r9", "alice"],
    ["r10", "admin"],
  ],
];
const links: fc.Arbitrary<readonly Link[]> = fc
  .tuple(
    fc.array(fc.tuple(name, name), { maxLength: 6 }),
    fc.oneof(fc.constantFrom(...SHAPES), { arbitrary: chain, weight: 2 }, fc.constant([])),
  )
  .map(([drawn, shape]) => [...shape, ...drawn]);
const holder = fc.oneof(name, fc.constantFrom("r9", "r10", "r11", "a,b", "c,d", "constructor"));
const askedHolder = fc.oneof(askedName, fc.constantFrom("r1", "r2", "r9", "a,b", "constructor"));

/** A field with a comma has to be quoted. */
function quoted(ptype: string, fields: readonly string[]): string {
  return line(
    ptype,
    fields.map((field) => (field.includes(",") ? `"${field}"` : field)),
  );
}

export const roles: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc
    .record({
      effect,
      matcher: fc.constantFrom(
        "g(r.sub, p.sub)",
        "g(r.sub, p.sub) && r.act == p.act",
        "g(p.sub, r.sub)",
        "!g(r.sub, p.sub)",
        'g(r.sub, "root") || g(r.sub, p.sub) && r.obj == p.obj',
        'r.sub == p.sub || g("alice", p.sub) && r.act == "GET"',
      ),
    })
    .map(model),
  rules: fc
    .tuple(fc.array(fc.tuple(holder, path, act, eft), { minLength: 1, maxLength: 12 }), links)
    .map(([rules, drawn]) =>
      [
        ...rules.map((fields) => quoted("p", fields)),
        ...drawn.map((link) => quoted("g", link)),
      ].join("\n"),
    ),
  requests: requestsOf(fc.tuple(askedHolder, askedPath, askedAct)),
});

/** Names with commas would meet casbin's ambiguous memo here (S7), so there are none. */
export const resourceRoles: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc
    .record({
      effect,
      matcher: fc.constantFrom(
        "g(r.sub, p.sub) && g2(r.obj, p.obj) && r.act == p.act",
        "g2(r.obj, p.obj) || g(r.sub, p.sub) && r.obj == p.obj",
        "g(r.sub, p.sub) && (g2(r.obj, p.obj) || keyMatch2(r.obj, p.obj))",
        "g(r.sub, p.sub) && g3(r.act, p.act)",
      ),
    })
    .map((parts) => model({ ...parts, roles: "g = _, _\ng2 = _, _\ng3 = _, _" })),
  rules: fc
    .tuple(
      fc.array(fc.tuple(name, path, act, eft), { minLength: 1, maxLength: 15 }),
      fc.array(fc.tuple(name, name), { maxLength: 6 }),
      fc.array(fc.tuple(path, path), { maxLength: 6 }),
      fc.array(fc.tuple(act, act), { maxLength: 3 }),
    )
    .map(([rules, g, g2, g3]) =>
      [
        ...g.map((link) => line("g", link)),
        ...rules.map((fields) => line("p", fields)),
        ...g2.map((link) => line("g2", link)),
        ...g3.map((link) => line("g3", link)),
      ].join("\n"),
    ),
  requests: requestsOf(fc.tuple(askedName, askedPath, askedAct)),
});

const DOMAIN_MATCHERS = [
  "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && r.act == p.act",
  "r.dom == p.dom && g(r.sub, p.sub, p.dom) && keyMatch2(r.obj, p.obj)",
  'g(r.sub, p.sub, r.dom) && (r.dom == p.dom || p.dom == "*") && g2(r.obj, p.obj)',
  'g(r.sub, p.sub, "d1") && r.act == p.act',
  'g(r.sub, p.sub, r.dom) || g(r.sub, p.sub, "*")',
];

export const domains: fc.Arbitrary<PolicyCase> = fc.record({
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
      fc.array(fc.tuple(name, domain, path, act, eft), { minLength: 1, maxLength: 20 }),
      fc.array(fc.tuple(name, name, domain), { maxLength: 8 }),
      fc.array(fc.tuple(path, path), { maxLength: 4 }),
    )
    .map(([rules, g, g2]) =>
      [
        ...rules.map((fields) => line("p", fields)),
        ...g.map((fields) => line("g", fields)),
        ...g2.map((fields) => line("g2", fields)),
      ].join("\n"),
    ),
  requests: requestsOf(fc.tuple(askedName, askedDomain, askedPath, askedAct)),
});
