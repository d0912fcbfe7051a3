// The order of rules: by a column priority wherever it stands, and by the hierarchy of subjects.
import * as fc from "fast-check";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import { model } from "../support.ts";
import type { PolicyCase } from "./compare.ts";
import { requestsOf } from "./fuzz.ts";
import {
  act,
  askedAct,
  askedName,
  askedPath,
  domain,
  effect,
  eft,
  line,
  name,
  path,
} from "./words.ts";

const VALUES = {
  sub: name,
  obj: path,
  act,
  eft,
  priority: fc.oneof(
    fc.integer({ min: -3, max: 12 }).map(String),
    fc.constantFrom("-0", "007", "999999999", "-999999999"),
  ),
};

const columns = fc.shuffledSubarray(["sub", "obj", "act", "eft", "priority"] as const, {
  minLength: 5,
});

export const priorities: fc.Arbitrary<PolicyCase> = fc
  .record({
    columns,
    effect: fc.oneof({ arbitrary: fc.constant<string>(EFFECTS.priority), weight: 3 }, effect),
    matcher: fc.constantFrom(
      "r.sub == p.sub",
      "g(r.sub, p.sub) && r.act == p.act",
      "keyMatch2(r.obj, p.obj) && g(r.sub, p.sub)",
      "p.priority < 5 && r.sub == p.sub",
    ),
  })
  .chain(({ columns: order, ...parts }) =>
    fc.record({
      model: fc.constant(model({ ...parts, policy: order.join(", ") })),
      rules: fc.array(fc.record(VALUES), { minLength: 1, maxLength: 20 }).map((all) =>
        all
          .map((fields) =>
            line(
              "p",
              order.map((column) => fields[column]),
            ),
          )
          .join("\n"),
      ),
      requests: requestsOf(fc.tuple(askedName, askedPath, askedAct)),
    }),
  );

const PEOPLE = ["alice", "bob", "carol", "admin", "staff", "root"];

/** From a name to one further on, so that there are no circles; some have two roles. */
const upward = fc
  .tuple(fc.nat(PEOPLE.length - 2), fc.nat(PEOPLE.length - 1))
  .map(([from, step]) => {
    const to = from + 1 + (step % (PEOPLE.length - 1 - from));
    return [PEOPLE[from] ?? "", PEOPLE[to] ?? ""] as const;
  });
const chain = PEOPLE.slice(1).map((role, at) => [PEOPLE[at] ?? "", role] as const);
/** Any tree with everybody in it: the whole chain is one, what is drawn over it bends it. */
const hierarchy = fc.array(upward, { maxLength: 6 }).map((links) => [...chain, ...links]);
const person = fc.constantFrom(...PEOPLE);

const bySubject: fc.Arbitrary<PolicyCase> = fc
  .constantFrom("sub, obj, act, eft", "sub, obj, act, dom, eft", "sub, obj, eft, act")
  .chain((policy) =>
    fc.record({
      model: fc
        .constantFrom("g(r.sub, p.sub) && r.act == p.act", "g(r.sub, p.sub)")
        .map((matcher) => model({ matcher, policy, effect: EFFECTS.subjectPriority })),
      rules: fc
        .tuple(
          fc.array(fc.record({ sub: person, obj: path, act, dom: domain, eft }), {
            minLength: 1,
            maxLength: 15,
          }),
          hierarchy,
        )
        .map(([rules, links]) =>
          [
            ...rules.map((fields) =>
              line(
                "p",
                policy.split(", ").map((column) => fields[column as keyof typeof fields]),
              ),
            ),
            ...links.map((link) => line("g", link)),
          ].join("\n"),
        ),
      requests: requestsOf(fc.tuple(person, askedPath, askedAct)),
    }),
  );

const bySubjectInDomain: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc.constant(
    model({
      request: "sub, obj, dom, act",
      policy: "sub, obj, dom, act, eft",
      roles: "g = _, _, _",
      matcher: "g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.act == p.act",
      effect: EFFECTS.subjectPriority,
    }),
  ),
  rules: fc
    .tuple(
      fc.array(fc.tuple(person, path, domain, act, eft), { minLength: 1, maxLength: 15 }),
      fc.array(hierarchy, { minLength: 3, maxLength: 3 }),
    )
    .map(([rules, [one = [], two = [], star = []]]) =>
      [
        ...rules.map((fields) => line("p", fields)),
        ...one.map((link) => line("g", [...link, "d1"])),
        ...two.map((link) => line("g", [...link, "d2"])),
        ...star.map((link) => line("g", [...link, "*"])),
      ].join("\n"),
    ),
  requests: requestsOf(fc.tuple(person, askedPath, domain, askedAct)),
});

export const subjectPriorities: fc.Arbitrary<PolicyCase> = fc.oneof(bySubject, bySubjectInDomain);
