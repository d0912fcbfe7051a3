// The order in which casbin looks at rules: that of the file, unless the model sorts them.
import type { CheckedPolicy } from "../engine.ts";
import { EFFECTS } from "../model/model.ts";
import type { Rule } from "./rule.ts";
import { subjectDepths } from "./subject-priority.ts";

/**
 * By the column `priority` where the model has one, lowest first; then, with subjectPriority, by how
 * deep the subject is in the hierarchy of roles, deepest first. Equal ones stay as they are.
 */
export function inEvaluationOrder(policy: CheckedPolicy): readonly Rule[] {
  const { model, rules } = policy;
  const column = model.policy.indexOf("priority");
  const priority = ({ fields }: Rule): number => Number(fields[column]);
  const sorted =
    column < 0 ? rules : rules.toSorted((one, other) => priority(one) - priority(other));
  if (model.effect !== EFFECTS.subjectPriority) return sorted;
  const depthOf = subjectDepths(policy);
  return sorted.toSorted((one, other) => depthOf(other) - depthOf(one));
}
