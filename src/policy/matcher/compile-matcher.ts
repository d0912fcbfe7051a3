// A checked matcher as a closure over a request tuple and a rule's fields: no text is left to run.
import { blameFor } from "./blame.ts";
import { parseCondition } from "./parser.ts";
import type { BinaryOperator, Expression, FieldExpression, PolicyModel } from "../model/model.ts";
import type { RoleGraph } from "../roles/role-walker.ts";
import type { RequestTuple } from "../request/tuple.ts";
import {
  type Arithmetic,
  calculated,
  comparison,
  holds,
  isWithin,
  looselyEqual,
  memberOf,
  negativeOf,
  strictlyEqual,
  textOf,
  type Value,
} from "./values.ts";

export type Fields = readonly string[];
export type Evaluate = (request: RequestTuple, rule: Fields) => Value;
/** May throw, where casbin would or where it would guess. */
export type Test = (request: RequestTuple, rule: Fields) => boolean;
/** A matching function; throws where it can't take an argument. */
export type Callable = (...values: Value[]) => Value;

export interface MatcherParts {
  readonly model: Pick<PolicyModel, "names" | "request" | "policy" | "matcherSource">;
  readonly roles: ReadonlyMap<string, RoleGraph>;
  readonly functions: ReadonlyMap<string, Callable>;
}

type Kind<Name extends Expression["kind"]> = Expression & { readonly kind: Name };

/** Whether an expression holds, which for a matcher means that the rule matches. Errors name the term. */
export function compileTest(expression: Expression, parts: MatcherParts): Test {
  if (expression.kind === "binary") return operation(expression, parts);
  if (expression.kind === "not") return negated(compileTest(expression.operand, parts));
  if (expression.kind === "in") return membership(expression, parts);
  if (expression.kind === "within") return within(expression, parts);
  if (expression.kind === "eval") return ruleCondition(expression, parts);
  if (expression.kind === "conditional") return choice(expression, parts);
  return condition(expression, parts);
}

function condition(expression: Expression, parts: MatcherParts): Test {
  const value = compileValue(expression, parts);
  const blame = blameFor(expression, parts.model);
  return (request, rule) => {
    try {
      return holds(value(request, rule));
    } catch (error) {
      throw blame(error);
    }
  };
}

function negated(operand: Test): Test {
  return (request, rule) => !operand(request, rule);
}

function choice(expression: Kind<"conditional">, parts: MatcherParts): Test {
  const test = compileTest(expression.test, parts);
  const yes = compileTest(expression.yes, parts);
  const no = compileTest(expression.no, parts);
  return (request, rule) => (test(request, rule) ? yes(request, rule) : no(request, rule));
}

function operation(expression: Kind<"binary">, parts: MatcherParts): Test {
  const { operator, left, right } = expression;
  if (operator === "&&") return both(compileTest(left, parts), compileTest(right, parts));
  if (operator === "||") return either(compileTest(left, parts), compileTest(right, parts));
  if (operator === "==" && left.kind === "field" && right.kind === "field") {
    return sameField(left, right, parts);
  }
  if (isArithmetic(operator)) return condition(expression, parts);
  const one = compileValue(left, parts);
  const other = compileValue(right, parts);
  const compare = comparison(operator);
  const blame = blameFor(expression, parts.model);
  return (request, rule) => {
    try {
      return compare(one(request, rule), other(request, rule));
    } catch (error) {
      throw blame(error);
    }
  };
}

function both(left: Test, right: Test): Test {
  return (request, rule) => left(request, rule) && right(request, rule);
}

function either(left: Test, right: Test): Test {
  return (request, rule) => left(request, rule) || right(request, rule);
}

/** By far the most frequent comparison, of two strings. */
function sameField(left: FieldExpression, right: FieldExpression, parts: MatcherParts): Test {
  const [asked, written] = left.of === "r" ? [left, right] : [right, left];
  if (asked.of === written.of) {
    const one = fieldOf(asked, parts.model);
    const other = fieldOf(written, parts.model);
    return (request, rule) => looselyEqual(one(request, rule), other(request, rule));
  }
  const at = parts.model.request.indexOf(asked.name);
  const column = parts.model.policy.indexOf(written.name);
  return (request, rule) => {
    const value = request[at];
    return typeof value === "string" ? value === rule[column] : looselyEqual(value, rule[column]);
  };
}

/** Like casbin it reads the whole list, so what can't be read is an error wherever the value stands. */
function membership(expression: Kind<"in">, parts: MatcherParts): Test {
  const { operand, list } = expression;
  const blame = blameFor(expression, parts.model);
  const value = compileValue(operand, parts);
  const items = list.map((item) => compileValue(item, parts));
  return (request, rule) => {
    try {
      const wanted = value(request, rule);
      let isFound = false;
      for (const item of items) {
        const listed = item(request, rule);
        isFound ||= strictlyEqual(listed, wanted);
      }
      return isFound;
    } catch (error) {
      throw blame(error);
    }
  };
}

function within(expression: Kind<"within">, parts: MatcherParts): Test {
  const { operand, container } = expression;
  const blame = blameFor(expression, parts.model);
  const value = compileValue(operand, parts);
  const list = compileValue(container, parts);
  return (request, rule) => {
    try {
      return isWithin(value(request, rule), list(request, rule));
    } catch (error) {
      throw blame(error);
    }
  };
}

/** Compiled once for each text; the rules were checked, so there are no others and none that fails. */
function ruleCondition({ field }: Kind<"eval">, parts: MatcherParts): Test {
  const column = parts.model.policy.indexOf(field.name);
  const own: MatcherParts = { ...parts, model: { ...parts.model, matcherSource: "" } };
  const compiled = new Map<string, Test>();
  return (request, rule) => {
    const text = rule[column] ?? "";
    const known = compiled.get(text);
    if (known !== undefined) return known(request, rule);
    const test = compileTest(parseCondition(text, parts.model.names), own);
    compiled.set(text, test);
    return test(request, rule);
  };
}

/** What an expression is worth; a condition is worth true or false. */
export function compileValue(expression: Expression, parts: MatcherParts): Evaluate {
  if (expression.kind === "field") return fieldOf(expression, parts.model);
  if (expression.kind === "member") return memberAt(expression, parts);
  if (expression.kind === "call") return callOf(expression, parts);
  if (expression.kind === "negative") return negativeAt(expression, parts);
  if (expression.kind === "conditional") return chosen(expression, parts);
  if (expression.kind === "binary") return arithmetic(expression, parts);
  if (expression.kind === "null") return () => null;
  if (!("value" in expression)) return compileTest(expression, parts);
  const { value } = expression;
  return () => value;
}

function negativeAt({ operand }: Kind<"negative">, parts: MatcherParts): Evaluate {
  const value = compileValue(operand, parts);
  return (request, rule) => negativeOf(value(request, rule));
}

function chosen(expression: Kind<"conditional">, parts: MatcherParts): Evaluate {
  const test = compileTest(expression.test, parts);
  const yes = compileValue(expression.yes, parts);
  const no = compileValue(expression.no, parts);
  return (request, rule) => (test(request, rule) ? yes(request, rule) : no(request, rule));
}

function arithmetic(expression: Kind<"binary">, parts: MatcherParts): Evaluate {
  const { operator } = expression;
  if (!isArithmetic(operator)) return operation(expression, parts);
  const one = compileValue(expression.left, parts);
  const other = compileValue(expression.right, parts);
  return (request, rule) => calculated(operator, one(request, rule), other(request, rule));
}

function isArithmetic(operator: BinaryOperator): operator is Arithmetic {
  return "+-*/%".includes(operator);
}

function fieldOf({ of, name }: FieldExpression, model: MatcherParts["model"]): Evaluate {
  const at = (of === "r" ? model.request : model.policy).indexOf(name);
  return of === "r" ? (request) => request[at] : (_, rule) => rule[at] ?? "";
}

function memberAt({ field, path }: Kind<"member">, { model }: MatcherParts): Evaluate {
  const whole = fieldOf(field, model);
  return (request, rule) => path.reduce<Value>(memberOf, whole(request, rule));
}

function callOf({ name, arguments: passed }: Kind<"call">, parts: MatcherParts): Evaluate {
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

const EMPTY: Evaluate = () => "";
