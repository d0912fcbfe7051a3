// A matcher as alternatives, each a list of terms that must all hold: what an index can be built for.
import type { Expression } from "../model/model.ts";

export type Conjunction = readonly Expression[];

/** More alternatives than this are not worth an index each. */
const MAX_DISJUNCTS = 16;

/** Disjunctive normal form over whole terms; null where it has too many alternatives. */
export function disjunctsOf(expression: Expression): readonly Conjunction[] | null {
  if (expression.kind !== "binary") return [[expression]];
  const { operator, left, right } = expression;
  if (operator !== "&&" && operator !== "||") return [[expression]];
  const one = disjunctsOf(left);
  const other = disjunctsOf(right);
  if (one === null || other === null) return null;
  const joined =
    operator === "||"
      ? [...one, ...other]
      : one.flatMap((first) => other.map((second) => [...first, ...second]));
  return joined.length > MAX_DISJUNCTS ? null : joined;
}

/** Whether an expression reads the request, a rule, both or neither. */
export function readsOf(expression: Expression): { readonly r: boolean; readonly p: boolean } {
  const reads = { r: false, p: false };
  for (const part of wholeOf(expression)) {
    if (part.kind === "field") reads[part.of] = true;
    // What a rule's own condition reads is known only to the rule.
    if (part.kind === "eval") reads.r = true;
  }
  return reads;
}

/** An expression with all that it is made of, however deep. */
export function* wholeOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* wholeOf(part);
}

/** What an expression is directly made of; none for a value. */
export function partsOf(expression: Expression): readonly Expression[] {
  if ("left" in expression) return [expression.left, expression.right];
  if ("arguments" in expression) return expression.arguments;
  if ("field" in expression) return [expression.field];
  if ("list" in expression) return [expression.operand, ...expression.list];
  if ("container" in expression) return [expression.operand, expression.container];
  if ("operand" in expression) return [expression.operand];
  return "test" in expression ? [expression.test, expression.yes, expression.no] : [];
}
