// Writes a checked matcher as the text casbin's evaluator gets: it never sees the author's own.
import type { Expression } from "./model.ts";

/** Name under which a function of ours stands in for casbin's of the given name. */
export function ourFunction(name: string): string {
  return `weir_${name}`;
}

/**
 * Fully bracketed, so that casbin's precedences don't matter; no blank before a bracket, which casbin
 * would rewrite; brackets in strings escaped, so that no string looks like `eval(...)`.
 */
export function matcherText(expression: Expression, ours: ReadonlySet<string>): string {
  const text = (inner: Expression): string => matcherText(inner, ours);
  const list = (items: readonly Expression[]): string => items.map(text).join(",");
  switch (expression.kind) {
    case "string":
      return stringText(expression.value);
    case "number":
    case "boolean":
      return String(expression.value);
    case "field":
      return `${expression.of}_${expression.name}`;
    case "call": {
      const name = ours.has(expression.name) ? ourFunction(expression.name) : expression.name;
      return `${name}(${list(expression.arguments)})`;
    }
    case "not":
      return `!(${text(expression.operand)})`;
    case "in":
      return `(${text(expression.operand)} in [${list(expression.list)}])`;
    case "binary":
    default:
      return `((${text(expression.left)})${expression.operator}(${text(expression.right)}))`;
  }
}

function stringText(value: string): string {
  return `"${value
    .replace(/["\\()]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")}"`;
}
