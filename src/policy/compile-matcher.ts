// A checked matcher as a closure over a request tuple and a rule's fields: no text is left to run.
import type { BinaryOperator, Expression, PolicyModel } from "./model.ts";
import type { RoleGraph } from "./roles.ts";
import type { RequestTuple, RequestValue } from "./tuple.ts";

export type Fields = readonly string[];
export type Value = RequestValue;
export type Evaluate = (request: RequestTuple, rule: Fields) => Value;
export type Test = (request: RequestTuple, rule: Fields) => boolean;
/** A matching function; throws where it can't take an argument. */
export type Callable = (...values: Value[]) => Value;

export interface MatcherParts {
  readonly model: Pick<PolicyModel, "request" | "policy">;
  readonly roles: ReadonlyMap<string, RoleGraph>;
  readonly functions: ReadonlyMap<string, Callable>;
}

/** The value an expression has for casbin, whose `==` is JavaScript's loose one. */
export function compileTest(expression: Expression, parts: MatcherParts): Test {
  const inner = (part: Expression): Test => compileTest(part, parts);
  if (expression.kind === "not") return negated(inner(expression.operand));
  if (expression.kind === "binary" && expression.operator === "&&") {
    return both(inner(expression.left), inner(expression.right));
  }
  if (expression.kind === "binary" && expression.operator === "||") {
    return either(inner(expression.left), inner(expression.right));
  }
  if (expression.kind === "binary") return comparison(expression, parts);
  if (expression.kind === "in") return membership(expression, parts);
  const value = compileValue(expression, parts);
  return (request, rule) => Boolean(value(request, rule));
}

function negated(operand: Test): Test {
  return (request, rule) => !operand(request, rule);
}

function both(left: Test, right: Test): Test {
  return (request, rule) => left(request, rule) && right(request, rule);
}

function either(left: Test, right: Test): Test {
  return (request, rule) => left(request, rule) || right(request, rule);
}

function membership(
  { operand, list }: Expression & { readonly kind: "in" },
  parts: MatcherParts,
): Test {
  const value = compileValue(operand, parts);
  const items = list.map((item) => compileValue(item, parts));
  return (request, rule) => {
    const wanted = value(request, rule);
    return items.some((item) => item(request, rule) === wanted);
  };
}

function comparison(
  { operator, left, right }: Expression & { readonly kind: "binary" },
  parts: MatcherParts,
): Test {
  if (operator === "==" && left.kind === "field" && right.kind === "field") {
    return sameField(left, right, parts);
  }
  const compare = COMPARISONS[operator as Exclude<BinaryOperator, "&&" | "||">];
  const one = compileValue(left, parts);
  const other = compileValue(right, parts);
  return (request, rule) => compare(one(request, rule), other(request, rule));
}

type Field = Expression & { readonly kind: "field" };

/** By far the most frequent comparison, of two strings. */
function sameField(left: Field, right: Field, { model }: MatcherParts): Test {
  const [asked, written] = left.of === "r" ? [left, right] : [right, left];
  if (asked.of === written.of) {
    const one = fieldOf(asked, model);
    const other = fieldOf(written, model);
    return (request, rule) => one(request, rule) === other(request, rule);
  }
  const at = model.request.indexOf(asked.name);
  const column = model.policy.indexOf(written.name);
  return (request, rule) => {
    const value = request[at] ?? null;
    return typeof value === "string"
      ? value === rule[column]
      : looselyEqual(value, rule[column] ?? "");
  };
}

const COMPARISONS: Readonly<
  Record<Exclude<BinaryOperator, "&&" | "||">, (one: Value, other: Value) => boolean>
> = {
  "==": looselyEqual,
  "!=": (one, other) => !looselyEqual(one, other),
  "<": (one, other) => scalar(one) < scalar(other),
  "<=": (one, other) => scalar(one) <= scalar(other),
  ">": (one, other) => scalar(one) > scalar(other),
  ">=": (one, other) => scalar(one) >= scalar(other),
};

/** ECMA-262 section 7.2.13 for JSON's scalars; lists and objects are equal to nothing, not made text of. */
function looselyEqual(one: Value, other: Value): boolean {
  if (typeof one === "string" && typeof other === "string") return one === other;
  if (one === null || other === null) return one === other;
  if (typeof one === "object" || typeof other === "object") return false;
  return typeof one === typeof other ? one === other : Number(one) === Number(other);
}

/** @throws Error for what has no order and would be taken for text or 0. */
function scalar(value: Value): string | number | boolean {
  if (typeof value === "object")
    throw new Error(`${JSON.stringify(value)} can't be compared by order`);
  return value;
}

/** What an expression is worth; a condition is worth true or false. */
export function compileValue(expression: Expression, parts: MatcherParts): Evaluate {
  switch (expression.kind) {
    case "string":
    case "number":
    case "boolean": {
      const { value } = expression;
      return () => value;
    }
    case "field":
      return fieldOf(expression, parts.model);
    case "call":
      return callOf(expression, parts);
    case "not":
    case "in":
    case "binary":
    default:
      return compileTest(expression, parts);
  }
}

function fieldOf({ of, name }: Field, { request, policy }: MatcherParts["model"]): Evaluate {
  const at = (of === "r" ? request : policy).indexOf(name);
  return of === "r" ? (tuple) => tuple[at] ?? null : (_, rule) => rule[at] ?? "";
}

function callOf(
  { name, arguments: passed }: Expression & { readonly kind: "call" },
  parts: MatcherParts,
): Evaluate {
  const values = passed.map((argument) => compileValue(argument, parts));
  const [one = EMPTY, other = EMPTY, third = EMPTY] = values;
  const graph = parts.roles.get(name);
  if (graph !== undefined) {
    return (request, rule) =>
      graph.holds(
        textOf(one(request, rule), name),
        textOf(other(request, rule), name),
        textOf(third(request, rule), name),
      );
  }
  const call = parts.functions.get(name);
  if (call === undefined) throw new Error(`no function ${name}`);
  if (values.length === 2) return (request, rule) => call(one(request, rule), other(request, rule));
  return (request, rule) => call(...values.map((value) => value(request, rule)));
}

/** @throws Error for what a function would have to make a text of. */
export function textOf(value: Value, name: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${name} takes strings, not ${JSON.stringify(value)}`);
}

const EMPTY: Evaluate = () => "";
