// Which texts of a column a pattern function is never given: `p.act == "*" || regexMatch(r.act, p.act)`.
import type { BinaryOperator, Expression, PolicyModel } from "../model/model.ts";

/** A column of the rules, and a text in it that what stands behind is not asked about. */
export interface PatternGuard {
  readonly column: number;
  readonly text: string;
}

/** What the left side of && or || keeps from its right side. */
export function guardsOf(
  operator: "&&" | "||",
  left: Expression,
  model: Pick<PolicyModel, "policy">,
): readonly PatternGuard[] {
  if (left.kind !== "binary") return [];
  if (left.operator === operator) {
    return [left.left, left.right].flatMap((side) => guardsOf(operator, side, model));
  }
  if (!DECIDES[operator].includes(left.operator)) return [];
  const [field, literal] =
    left.left.kind === "string" ? [left.right, left.left] : [left.left, left.right];
  if (field.kind !== "field" || field.of !== "p" || literal.kind !== "string") return [];
  return [{ column: model.policy.indexOf(field.name), text: literal.value }];
}

/** The comparisons with a text that settle the whole where they find it. */
const DECIDES: Readonly<Record<"&&" | "||", readonly BinaryOperator[]>> = {
  "||": ["==", "==="],
  "&&": ["!=", "!=="],
};
