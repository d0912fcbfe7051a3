// Checks model and rules against each other; what passes, every engine can evaluate without surprises.
import { checkMatcher, type MatcherReport } from "./matcher/check-matcher.ts";
import { EFFECTS, type PolicyModel } from "./model/model.ts";
import { literalsFault, ruleChecks } from "./rules/rule-check.ts";
import { checkRules } from "./rules/rules-check.ts";
import type { ScannedRules } from "./rules/rules-text.ts";
import type { ReportFault } from "./source.ts";

export interface Reports {
  readonly onModel: ReportFault;
  readonly onRules: ReportFault;
}

/** What is wrong is reported; the report on the matcher counts only if nothing was. */
export function checkPolicy(
  model: PolicyModel,
  rules: ScannedRules,
  { onModel, onRules }: Reports,
): MatcherReport {
  for (const other of model.others) reportMatcher(other, onModel);
  const matcher = reportMatcher(model, onModel);
  const counts = checkRules(rules, ruleChecks(model), onRules);
  const emptiness = emptinessFault(model, matcher.usesRules, counts.get(model.names.p) ?? 0);
  if (emptiness !== "") onModel(model.effectLine, emptiness);
  return matcher;
}

function reportMatcher(model: PolicyModel, report: ReportFault): MatcherReport {
  const checked = checkMatcher(model);
  const literal = literalsFault(checked.patterns);
  for (const fault of literal === "" ? checked.faults : [...checked.faults, literal]) {
    report(model.matcherLine, `matcher: ${fault}`);
  }
  return checked;
}

/** Combinations under which casbin would allow everything, or ask the rules nothing (S3, S9). */
function emptinessFault(model: PolicyModel, usesRules: boolean, rules: number): string {
  if (!usesRules && rules > 0)
    return "the matcher never uses p, so no rule has a say; write p.NAME in it, or leave rules out";
  if (model.effect !== EFFECTS.denyOverride) return "";
  if (!model.policy.includes("eft"))
    return "without a field eft no rule can deny: all is allowed; add eft to p";
  if (rules === 0) return "without a rule this effect allows everything";
  return "";
}
