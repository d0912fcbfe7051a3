// Writes a matcher, or a term of it, the way people write it: casbin's syntax with no more brackets than it needs.
import type {
  BinaryOperator,
  DefinitionNames,
  Expression,
  FieldExpression,
} from "../model/model.ts";

/** What the definitions are called: p2.sub where a context's p is p2. */
type FieldNames = Pick<DefinitionNames, "r" | "p">;

/** How tightly each binds, as in parser.ts. */
const BINDING: Readonly<Record<BinaryOperator, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "===": 3,
  "!==": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};
/** So loosely that only a whole matcher or argument goes without brackets: "in" and "?:". */
const LOOSE = 0;
const UNARY = 7;
const PRIMARY = 8;

export function expressionText(expression: Expression, names: FieldNames): string {
  const write = WRITERS[expression.kind] as (expression: Expression, names: FieldNames) => string;
  return write(expression, names);
}

type Kind = Expression["kind"];
type Writers = {
  readonly [Name in Kind]: (
    expression: Extract<Expression, { readonly kind: Name }>,
    names: FieldNames,
  ) => string;
};

const WRITERS: Writers = {
  string: ({ value }) => JSON.stringify(value),
  number: ({ value }) => String(value),
  boolean: ({ value }) => String(value),
  null: () => "null",
  field: fieldText,
  member: ({ field, path }, names) => [fieldText(field, names), ...path].join("."),
  eval: ({ field }, names) => `eval(${fieldText(field, names)})`,
  call: ({ name, arguments: passed }, names) => `${name}(${listText(passed, names)})`,
  not: ({ operand }, names) => `!${bracketed(operand, UNARY, names)}`,
  negative: ({ operand }, names) => `-${bracketed(operand, UNARY, names)}`,
  in: ({ operand, list }, names) =>
    `${bracketed(operand, UNARY, names)} in ${spelledOut(list, names)}`,
  within: ({ operand, container }, names) =>
    `${bracketed(operand, UNARY, names)} in ${bracketed(container, PRIMARY, names)}`,
  conditional: ({ test, yes, no }, names) =>
    `${bracketed(test, LOOSE + 1, names)} ? ${expressionText(yes, names)} : ${expressionText(no, names)}`,
  binary: ({ operator, left, right }, names) => {
    const binding = BINDING[operator];
    return `${bracketed(left, binding, names)} ${operator} ${bracketed(right, binding + 1, names)}`;
  },
};

/** In brackets where it binds less tightly than what stands around it. */
function bracketed(expression: Expression, around: number, names: FieldNames): string {
  const text = expressionText(expression, names);
  return bindingOf(expression) < around ? `(${text})` : text;
}

function listText(items: readonly Expression[], names: FieldNames): string {
  return items.map((item) => expressionText(item, names)).join(", ");
}

/** To casbin, round brackets around one attribute are no list. */
function spelledOut(list: readonly Expression[], names: FieldNames): string {
  const isLone = list.length === 1 && list[0]?.kind === "member";
  const text = listText(list, names);
  return isLone ? `[${text}]` : `(${text})`;
}

function fieldText({ of, name }: FieldExpression, names: FieldNames): string {
  return `${names[of]}.${name}`;
}

function bindingOf(expression: Expression): number {
  const { kind } = expression;
  if (kind === "binary") return BINDING[expression.operator];
  if (kind === "not" || kind === "negative") return UNARY;
  return kind === "in" || kind === "within" || kind === "conditional" ? LOOSE : PRIMARY;
}
