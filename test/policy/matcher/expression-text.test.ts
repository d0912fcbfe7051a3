// A matcher printed and read again is the same matcher, and has no bracket it does not need.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { expressionText } from "../../../src/policy/matcher/expression-text.ts";
import { parseMatcher } from "../../../src/policy/matcher/parser.ts";
import type { BinaryOperator, Expression } from "../../../src/policy/model/model.ts";
import { withoutTruth } from "../../../src/policy/matcher/truth-comparison.ts";

const NAMES = { r: "r", p: "p" };

it.each([
  'g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && (r.act == p.act || p.act == "*")',
  "r.a == p.a || r.b == p.b && r.c != p.c",
  "!(r.a == p.a) && !f(r.b)",
  "!r.a",
  'r.a == p.a && (r.b in ("x", "y"))',
  'r.a in ("x", "y")',
  "f(r.a, 1, true) == (r.b == p.b)",
  "r.a <= 1.5",
  "r.a.b.c + 1 * (2 - -r.d) > 3 && eval(p.b)",
  "(r.a in r.b.list) || (r.a in [r.b.one])",
  '(r.a == "x" ? p.a : p.b) == r.c',
  '"say \\"hi\\"" == r.a',
])("%s", (text) => {
  expect(expressionText(parseMatcher(text, NAMES), NAMES)).toBe(text);
});

const OPERATORS: readonly BinaryOperator[] = [
  ...([
    "||",
    "&&",
    "==",
    "!=",
    "===",
    "!==",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
  ] as const),
];

const { expression } = fc.letrec<{ expression: Expression; value: Expression }>((tie) => ({
  value: fc.oneof(
    fc.constantFrom<Expression>(
      { kind: "field", of: "r", name: "a" },
      { kind: "field", of: "p", name: "b" },
      { kind: "number", value: 2 },
      { kind: "boolean", value: true },
      { kind: "null" },
      {
        kind: "member",
        field: { kind: "field", of: "r", name: "a" },
        path: ["address", "city"],
      },
    ),
    fc.stringMatching(/^[ -~\n\t]{0,5}$/).map((value): Expression => ({ kind: "string", value })),
  ),
  expression: fc.oneof(
    { depthSize: "small" },
    tie("value"),
    fc
      .tuple(fc.constantFrom(...OPERATORS), tie("expression"), tie("expression"))
      .map(
        ([operator, left, right]): Expression =>
          withoutTruth(operator, left, right) ?? { kind: "binary", operator, left, right },
      ),
    tie("expression").map((operand): Expression => ({ kind: "not", operand })),
    tie("expression").map((operand): Expression => ({ kind: "negative", operand })),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([test, yes, no]): Expression => ({ kind: "conditional", test, yes, no })),
    fc.constant<Expression>({ kind: "eval", field: { kind: "field", of: "p", name: "b" } }),
    fc.constant<Expression>({
      kind: "within",
      operand: { kind: "field", of: "p", name: "b" },
      container: {
        kind: "member",
        field: { kind: "field", of: "r", name: "a" },
        path: ["friends"],
      },
    }),
    fc
      .array(tie("expression"), { maxLength: 3 })
      .map((passed): Expression => ({ kind: "call", name: "f", arguments: passed })),
    fc.array(tie("value"), { minLength: 1, maxLength: 3 }).map((list): Expression => ({
      kind: "in",
      operand: { kind: "field", of: "r", name: "c" },
      list,
    })),
  ),
}));

it("by the names of its context", () => {
  const names = { r: "r2", p: "p3" };
  const text = "r2.a == p3.b && r2.c.d == 1";
  expect(expressionText(parseMatcher(text, names), names)).toBe(text);
});

it("reads back as what was printed", () => {
  fc.assert(
    fc.property(expression, (printed) => {
      expect(parseMatcher(expressionText(printed, NAMES), NAMES)).toEqual(printed);
    }),
  );
});
