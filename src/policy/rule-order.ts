// The order in which rules are asked: as written, or by priority.
import type { CheckedPolicy } from "./engine.ts";
import type { Rule } from "./rule.ts";

/** By the column `priority` where the model has one, as casbin sorts when it loads; equal ones stay. */
export function inEvaluationOrder({ model, rules }: CheckedPolicy): readonly Rule[] {
  const column = model.policy.indexOf("priority");
  if (column < 0) return rules;
  const priority = ({ fields }: Rule): number => Number(fields[column]);
  return rules.toSorted((one, other) => priority(one) - priority(other));
}
