// Attributes of JSON values, conditions in rules, arithmetic, ternaries, and several definitions in one model.
import * as fc from "fast-check";
import type { RequestObject } from "../../../src/policy/request/tuple.ts";
import { model } from "../support.ts";
import type { PolicyCase } from "./compare.ts";
import { effect, eft, line } from "./words.ts";

/** Every attribute is there: what is missing weir makes an error, by name in policies/README.md. */
const person: fc.Arbitrary<RequestObject> = fc.record({
  name: fc.constantFrom("alice", "bob", "42"),
  age: fc.integer({ min: 15, max: 20 }),
  admin: fc.boolean(),
  address: fc.record({ city: fc.constantFrom("Bern", "Rom"), zip: fc.constantFrom(3000, 100) }),
});
const thing: fc.Arbitrary<RequestObject> = fc.record({
  owner: fc.constantFrom("alice", "bob", "carol"),
  level: fc.integer({ min: 0, max: 3 }),
});
const requests = fc.array(fc.tuple(person, thing, fc.constantFrom("GET", "PUT")), {
  minLength: 1,
  maxLength: 60,
  size: "max",
});

const condition = fc.constantFrom(
  "r.sub.name == r.obj.owner",
  "r.sub.age > 17",
  "r.sub.age >= 18 && r.obj.level < 2",
  "r.sub.age < 18 || r.sub.admin",
  'r.sub.address.city == "Bern"',
  "r.obj.level + 1 < 3",
  "r.sub.age - r.obj.level * 2 > 14",
  "r.sub.age % 2 == 0",
  "r.sub.age / 2 > 8.5",
  "-r.obj.level < -1",
  "!r.sub.admin",
  "r.sub.admin ? r.obj.level > 0 : r.sub.age == 18",
  'r.sub.name + "x" == "alicex"',
  'r.sub.age + r.sub.name == "1642"',
  "r.sub.name == 42",
);
const textOf = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const inMatcher: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc
    .record({ one: condition, other: condition, sign: fc.constantFrom("&&", "||"), effect })
    .map(({ one, other, sign, effect: folded }) =>
      model({ matcher: `r.act == p.act && ((${one}) ${sign} (${other}))`, effect: folded }),
    ),
  rules: fc
    .array(fc.tuple(fc.constant("a"), fc.constant("x"), fc.constantFrom("GET", "PUT"), eft), {
      minLength: 1,
      maxLength: 4,
    })
    .map((rules) => rules.map((fields) => line("p", fields)).join("\n")),
  requests,
});

/** Casbin splices the rule's text into the matcher, in brackets. */
const inRules: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc
    .record({
      effect,
      matcher: fc.constantFrom(
        "eval(p.sub_rule) && r.act == p.act",
        "r.act == p.act && !eval(p.sub_rule)",
        'r.obj.owner == p.obj && eval(p.sub_rule) || r.act == "PUT" && r.act == p.act',
      ),
    })
    .map((parts) => model({ ...parts, policy: "sub_rule, obj, act, eft" })),
  rules: fc
    .array(
      fc.tuple(
        condition.map(textOf),
        fc.constantFrom("alice", "bob"),
        fc.constantFrom("GET", "PUT"),
        eft,
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((rules) => rules.map((fields) => line("p", fields)).join("\n")),
  requests,
});

export const attributes: fc.Arbitrary<PolicyCase> = fc.oneof(inMatcher, inRules);
