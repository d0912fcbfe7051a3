// The alternatives of a matcher that get an index each.
import { type Conjunction, disjunctsOf } from "../matcher/disjuncts.ts";
import type { PolicyModel } from "../model/model.ts";

/** One without terms looks up nothing, and gives all rules. */
const EVERY_RULE: readonly Conjunction[] = [[]];

export function alternativesOf({ matcher }: Pick<PolicyModel, "matcher">): readonly Conjunction[] {
  return disjunctsOf(matcher) ?? EVERY_RULE;
}
