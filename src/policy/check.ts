// Checks model and rules against each other; what passes, every engine can evaluate without surprises.
import type { CheckedPolicy } from "./engine.ts";
import { checkMatcher, type MatcherReport } from "./matcher-check.ts";
import { EFFECTS, type PolicyModel } from "./model.ts";
import { buildRoleGraph, type RoleGraph } from "./roles.ts";
import { literalsFault, ruleChecker } from "./rule-check.ts";
import type { Rule } from "./rule.ts";
import type { ReportFault } from "./source.ts";
import { subjectPriorityFaults } from "./subject-priority.ts";

export interface Reports {
  readonly onModel: ReportFault;
  readonly onRules: ReportFault;
}

/** The policy with `eft` filled in; it counts only if nothing was reported. */
export function checkPolicy(
  model: PolicyModel,
  rules: readonly Rule[],
  { onModel, onRules }: Reports,
): CheckedPolicy {
  for (const other of model.others) reportMatcher(other, onModel);
  const { usesRules } = reportMatcher(model, onModel);
  const links = new Map(model.roles.map(({ name }) => [name, rulesOf(rules, name)]));
  const faultOf = ruleChecker(model);
  for (const rule of rules) {
    const fault = faultOf(rule);
    if (fault !== "") onRules(rule.line, fault);
  }
  const roles = roleGraphs(links, onRules);
  const policies = rulesOf(rules, model.names.p).map((rule) => withEffect(rule, model));
  const emptiness = emptinessFault(model, usesRules, policies.length);
  if (emptiness !== "") onModel(model.effectLine, emptiness);
  const policy = { model, rules: policies, links, roles, usesRules };
  for (const { line, message } of subjectPriorityFaults(policy)) {
    if (line === 0) onModel(model.effectLine, message);
    else onRules(line, message);
  }
  return policy;
}

function reportMatcher(model: PolicyModel, report: ReportFault): MatcherReport {
  const checked = checkMatcher(model);
  const literal = literalsFault(checked.patterns);
  for (const fault of literal === "" ? checked.faults : [...checked.faults, literal]) {
    report(model.matcherLine, `matcher: ${fault}`);
  }
  return checked;
}

function rulesOf(rules: readonly Rule[], ptype: string): readonly Rule[] {
  return rules.filter((rule) => rule.ptype === ptype);
}

function roleGraphs(
  links: ReadonlyMap<string, readonly Rule[]>,
  report: ReportFault,
): ReadonlyMap<string, RoleGraph> {
  const graphs = new Map<string, RoleGraph>();
  for (const [name, rules] of links) {
    const result = buildRoleGraph(rules);
    if (result.ok) graphs.set(name, result.graph);
    else report(result.rule.line, result.message);
  }
  return graphs;
}

function withEffect(rule: Rule, { policy }: PolicyModel): Rule {
  if (policy.at(-1) !== "eft" || rule.fields.length === policy.length) return rule;
  return { ...rule, fields: [...rule.fields, "allow"] };
}

/** Combinations under which casbin would allow everything, or ask the rules nothing (S3, S9). */
function emptinessFault(model: PolicyModel, usesRules: boolean, rules: number): string {
  if (!usesRules && rules > 0) return "the matcher never uses p, so no rule has a say";
  if (model.effect !== EFFECTS.denyOverride) return "";
  if (!model.policy.includes("eft")) return "without a field eft no rule can deny: all is allowed";
  if (rules === 0) return "without a rule this effect allows everything";
  return "";
}
