// What expressions give: conditions or values, or numbers that casbin takes as effects.
import type { Expression } from "../model/model.ts";

/**
 * What an expression gives: a truth value; a text or a number; "open", what only a request can tell;
 * "either": what holds or not as it comes, but is no value to go on with.
 */
export type Kind = "condition" | "value" | "open" | "either";

/** What is made of expressions. */
export type Compound = Expression & {
  readonly kind: "not" | "negative" | "in" | "within" | "conditional" | "binary";
};

const COMPOUND: ReadonlySet<string> = new Set([
  "not",
  "negative",
  "in",
  "within",
  "conditional",
  "binary",
] satisfies Compound["kind"][]);

export function isCompound(expression: Expression): expression is Compound {
  return COMPOUND.has(expression.kind);
}

/** Of a choice between the two. */
export function eitherOf(one: Kind, other: Kind): Kind {
  if (one === other) return one;
  const isValue = (kind: Kind): boolean => kind === "value" || kind === "open";
  return isValue(one) && isValue(other) ? "value" : "either";
}

/** Whether a matcher is a choice that ends in numbers, which casbin takes as effects. */
export function givesNumbers(matcher: Expression): boolean {
  if (matcher.kind !== "conditional") return false;
  const { yes, no } = matcher;
  return [yes, no].some((end) => end.kind === "number" || givesNumbers(end));
}
