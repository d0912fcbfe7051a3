// Requests of any JSON: members that are missing or null, lists, objects and numbers where a rule expects a text.
import * as fc from "fast-check";
import type { RequestObject, RequestValue } from "../../../src/policy/request/tuple.ts";
import { model } from "../support.ts";
import type { PolicyCase } from "./compare.ts";
import type { Piece } from "./named.ts";
import { effect, eft, line } from "./words.ts";

const scalar: fc.Arbitrary<RequestValue> = fc.oneof(
  { arbitrary: fc.constantFrom("alice", "bob", "42", "GET", "/a/1"), weight: 6 },
  { arbitrary: fc.constantFrom(42, 1, 0, 2, -1, 17.5, 1e21), weight: 4 },
  fc.constantFrom("", " 42 ", "10.0.0.1", "true", "null"),
  fc.constantFrom(true, false, null),
);
const list: fc.Arbitrary<RequestValue> = fc.oneof(
  fc.array(scalar, { maxLength: 3 }),
  fc.constantFrom<RequestValue>([["alice"]], [null], [{}], [[]]),
);
const any: fc.Arbitrary<RequestValue> = fc.oneof(
  { arbitrary: scalar, weight: 6 },
  list,
  fc.record({ name: scalar }, { requiredKeys: [] }),
);
/** Any member may be left out. */
const person: fc.Arbitrary<RequestObject> = fc.record(
  {
    name: any,
    age: any,
    roles: fc.oneof({ arbitrary: list, weight: 2 }, any),
    address: fc.oneof(
      {
        arbitrary: fc.record(
          { city: any, geo: fc.record({ zip: any }, { requiredKeys: [] }) },
          { requiredKeys: [] },
        ),
        weight: 3,
      },
      any,
    ),
  },
  { requiredKeys: [] },
);
const asked: fc.Arbitrary<RequestValue> = fc.oneof({ arbitrary: person, weight: 4 }, any);
const request = fc.oneof(
  { arbitrary: fc.tuple(asked, asked, scalar), weight: 20 },
  fc.constantFrom<RequestValue[]>([], ["alice", "bob"], [{}, {}, {}, {}]),
);

const written = (text: string): Piece => ({ plain: text, named: text });
const PATHS =
  "name age roles address roles.length address.city address.geo.zip name.name toJSON a.b.c";
const member = fc
  .constantFrom(...PATHS.split(" "))
  .chain((path) => fc.constantFrom(`r.sub.${path}`, `r.obj.${path}`))
  .map(written);
const field = fc.constantFrom("r.sub", "r.obj", "r.act", "p.obj", "p.act").map(written);
const literal = fc.constantFrom('"alice"', '"42"', "42", "1", "0", "null", "true").map(written);
const value = fc.oneof({ arbitrary: member, weight: 5 }, { arbitrary: field, weight: 3 }, literal);

const called = (name: string, ...passed: readonly Piece[]): string =>
  `${name}(${passed.map(({ named }) => named).join(", ")})`;

/** No blank before a bracket: beside "in" casbin takes such brackets for a list. But one behind %, where it would not see a field. */
function infix(
  signs: Readonly<Record<string, string>>,
  operand: fc.Arbitrary<Piece>,
): fc.Arbitrary<Piece> {
  const sign = fc.constantFrom(...Object.entries(signs));
  return fc.tuple(operand, sign, operand).map(([one, [plain, named], other]) => ({
    plain: `(${one.plain}${plain}${other.plain})`,
    named: called(named, one, other),
  }));
}

const sum = infix({ "+": "plus", "-": "minus", "*": "times", "/": "over", "% ": "rest" }, value);
const operand = fc.oneof({ arbitrary: value, weight: 5 }, sum);
const equality = infix(
  { "==": "same", "!=": "differ", "===": "identical", "!==": "distinct" },
  operand,
);
const order = infix({ "<": "less", "<=": "atMost", ">": "more", ">=": "atLeast" }, operand);
const truth = member.map((one) => ({ plain: one.plain, named: called("truth", one) }));
const among = fc.tuple(value, member, value).map(([one, ...items]) => ({
  plain: `(${one.plain} in (${items.map(({ plain }) => plain).join(", ")}))`,
  named: called("among", one, ...items),
}));
const within = fc.tuple(value, member).map(([one, container]) => ({
  plain: `(${one.plain} in ${container.plain})`,
  named: called("within", one, container),
}));
/** Functions, by a pattern of the rule or the matcher. */
const call = fc
  .tuple(
    fc.oneof(member, field),
    fc.constantFrom(
      ["keyMatch", "p.obj"],
      ["keyMatch2", "p.obj"],
      ["regexMatch", '"^a"'],
      ["globMatch", '"a*"'],
      ["ipMatch", '"10.0.0.0/8"'],
      ["g", "p.obj"],
      ["g", "r.act"],
    ),
  )
  .map(([one, [name = "", second = ""]]) => ({
    plain: `${name}(${one.plain}, ${second})`,
    named: `${name}(text(${one.named}), text(${second}))`,
  }));

const { condition } = fc.letrec<{ readonly condition: Piece }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    equality,
    order,
    truth,
    among,
    within,
    call,
    tie("condition").map(({ plain, named }) => ({ plain: `!(${plain})`, named: `!(${named})` })),
    fc
      .tuple(tie("condition"), fc.constantFrom("&&", "||"), tie("condition"))
      .map(([one, sign, other]) => ({
        plain: `((${one.plain})${sign}(${other.plain}))`,
        named: `((${one.named}) ${sign} (${other.named}))`,
      })),
    fc.tuple(tie("condition"), tie("condition"), tie("condition")).map(([test, yes, no]) => ({
      plain: `((${test.plain})?(${yes.plain}):(${no.plain}))`,
      named: `((${test.named}) ? (${yes.named}) : (${no.named}))`,
    })),
  ),
}));

type Form = (inner: string, same: (one: string, other: string) => string) => string;
/** Around the condition: looked up by the index, or not. */
const form = fc.constantFrom<Form>(
  (inner, same) => `${same("r.act", "p.act")}&&(${inner})`,
  (inner, same) => `(${inner})&&${same("r.act", "p.act")}`,
  (inner, same) => `(${inner})||${same("r.act", "p.act")}`,
  (inner, same) =>
    `${same("r.sub.name", "p.obj")} && ${same("r.act", "p.act")} ||(${inner})&&${same("r.obj", "p.obj")}`,
);
const PLAIN = (one: string, other: string): string => `${one} == ${other}`;
const NAMED = (one: string, other: string): string => `same(${one}, ${other})`;

const ruleFields = fc.tuple(
  fc.constantFrom("alice", "bob", "42", "/a/:id", "1"),
  fc.constantFrom("GET", "42", "alice", "1"),
  eft,
);
const links = fc.constantFrom("", "\ng, alice, bob", "\ng, alice, bob\ng, 42, alice\ng, GET, 1");
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const inMatcher: fc.Arbitrary<PolicyCase> = fc
  .record({
    form,
    condition,
    effect,
    rules: fc.array(ruleFields, { minLength: 1, maxLength: 5 }),
    links,
    requests: fc.array(request, { minLength: 1, maxLength: 60, size: "max" }),
  })
  .map(({ form: around, condition: inner, effect: folded, rules, links: roles, requests }) => {
    const modelOf = (matcher: string): string =>
      model({ matcher, effect: folded, policy: "obj, act, eft" });
    const text = rules.map((fields) => line("p", fields)).join("\n") + roles;
    return {
      model: modelOf(around(inner.plain, PLAIN)),
      rules: text,
      requests,
      named: { model: modelOf(around(inner.named, NAMED)), rules: text },
    };
  });

const inRules: fc.Arbitrary<PolicyCase> = fc
  .record({
    form,
    effect,
    rules: fc.array(fc.tuple(ruleFields, condition), { minLength: 1, maxLength: 4 }),
    links,
    requests: fc.array(request, { minLength: 1, maxLength: 60, size: "max" }),
  })
  .map(({ form: around, effect: folded, rules, links: roles, requests }) => {
    const textsOf = (key: keyof Piece, same: typeof PLAIN): { model: string; rules: string } => ({
      model: model({
        matcher: around("eval(p.rule)", same),
        effect: folded,
        policy: "obj, act, eft, rule",
      }),
      rules:
        rules.map(([fields, rule]) => line("p", [...fields, quoted(rule[key])])).join("\n") + roles,
    });
    return { ...textsOf("plain", PLAIN), requests, named: textsOf("named", NAMED) };
  });

export const missing: fc.Arbitrary<PolicyCase> = fc.oneof(inMatcher, inRules);
