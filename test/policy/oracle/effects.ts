// Effects against eft columns: present, missing, in the middle, misspelt; and policies without rules.
import * as fc from "fast-check";
import { model } from "../support.ts";
import type { PolicyCase } from "./compare.ts";
import { requestsOf } from "./fuzz.ts";
import { act, askedAct, askedName, askedPath, effect, eft, line, name, path } from "./words.ts";

/** The columns of p, and what may stand in a rule. */
interface Shape {
  readonly columns: readonly string[];
  /** Whether a rule may end before its last column. */
  readonly short: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.constantFrom(
  { columns: ["sub", "obj", "act", "eft"], short: false },
  { columns: ["sub", "obj", "act", "eft"], short: true },
  { columns: ["sub", "eft", "obj", "act"], short: false },
  { columns: ["sub", "obj", "act"], short: false },
);

/** The odd ones are refused; so is deny-override where no rule can deny. */
const oddEft = fc.oneof(
  { arbitrary: eft, weight: 60 },
  fc.constantFrom("Allow", "DENY", "", "indeterminate", "true"),
);

const matcher = fc.constantFrom(
  "r.sub == p.sub && r.obj == p.obj && r.act == p.act",
  "g(r.sub, p.sub) && keyMatch(r.obj, p.obj) && r.act == p.act",
  'r.sub == p.sub || p.act == "*"',
  'r.sub == p.sub && p.act != "*" || r.sub == "root"',
  "r.sub == p.sub",
);

function ruleOf({ columns, short }: Shape): fc.Arbitrary<string> {
  const values = { sub: name, obj: path, act, eft: oddEft };
  return fc.tuple(fc.record(values), fc.boolean()).map(([fields, cut]) => {
    const all = columns.map((column) => fields[column as keyof typeof values]);
    return line("p", short && cut ? all.slice(0, -1) : all);
  });
}

export const effects: fc.Arbitrary<PolicyCase> = fc
  .record({ shape, matcher, effect })
  .chain(({ shape: chosen, ...parts }) =>
    fc.record({
      model: fc.constant(model({ ...parts, policy: chosen.columns.join(", ") })),
      rules: fc.array(ruleOf(chosen), { minLength: 1, maxLength: 8 }).map((all) => all.join("\n")),
      requests: requestsOf(fc.tuple(askedName, askedPath, askedAct)),
    }),
  );

/** The second holds the text p_ only in a string, the third only in a field's name. */
const WITHOUT_P = ['r.sub == "root"', 'r.sub == "p_x" || r.act == "GET"', "r.sub == r.tp_x"];

/** No rules at all: a matcher without p is asked once; one with p is not asked by weir. */
export const withoutRules: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc
    .record({ effect, matcher: fc.constantFrom(...WITHOUT_P, "r.sub == p.sub") })
    .map((parts) => model({ ...parts, request: "sub, tp_x, act" })),
  rules: fc.constant(""),
  requests: requestsOf(fc.tuple(fc.constantFrom("root", "p_x", ""), askedName, askedAct)),
});
