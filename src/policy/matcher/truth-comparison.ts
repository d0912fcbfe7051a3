// `g(r.sub, p.sub) == true`, as many casbin models have it, is the condition itself; `== false` is its opposite.
import { FUNCTIONS } from "../functions/function-shapes.ts";
import type { BinaryOperator, Expression } from "../model/model.ts";

/** null where it isn't a condition that is compared with true or false. */
export function withoutTruth(
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
): Expression | null {
  const sign = EQUALITY.get(operator);
  if (sign === undefined) return null;
  const [condition, truth] = left.kind === "boolean" ? [right, left] : [left, right];
  if (truth.kind !== "boolean" || !isTruthValue(condition)) return null;
  return truth.value === sign ? condition : { kind: "not", operand: condition };
}

const EQUALITY: ReadonlyMap<BinaryOperator, boolean> = new Map([
  ["==", true],
  ["===", true],
  ["!=", false],
  ["!==", false],
]);

/** Whether casbin gets true or false from it, and nothing else: && and || give their operands. */
function isTruthValue(expression: Expression): boolean {
  if (expression.kind === "call") {
    return /^g\d*$/.test(expression.name) || FUNCTIONS.get(expression.name)?.gives === "condition";
  }
  if (expression.kind === "binary") return /^(?:[=!]==?|[<>]=?)$/.test(expression.operator);
  return ["not", "in", "within"].includes(expression.kind);
}
