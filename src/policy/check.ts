// Checks model and rules against each other; what passes, every engine can evaluate without surprises.
import type { CheckedPolicy } from "./engine.ts";
import { checkMatcher, type MatcherReport, type PatternUse } from "./matcher-check.ts";
import { EFFECTS, type PolicyModel } from "./model.ts";
import { patternFault } from "./patterns.ts";
import { buildRoleGraph, type RoleGraph } from "./roles.ts";
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
  const matcher = checkMatcher(model);
  for (const fault of matcher.faults) onModel(model.matcherLine, `matcher: ${fault}`);
  const links = new Map(model.roles.map(({ name }) => [name, rulesOf(rules, name)]));
  for (const rule of rules) {
    const fault = ruleFault(rule, model, matcher.patterns);
    if (fault !== "") onRules(rule.line, fault);
  }
  reportLiterals(matcher.patterns, (message) => onModel(model.matcherLine, message));
  const roles = roleGraphs(links, onRules);
  const policies = rulesOf(rules, "p").map((rule) => withEffect(rule, model));
  const emptiness = emptinessFault(model, matcher, policies.length);
  if (emptiness !== "") onModel(model.effectLine, emptiness);
  const policy = { model, rules: policies, links, roles, usesRules: matcher.usesRules };
  for (const { line, message } of subjectPriorityFaults(policy)) {
    if (line === 0) onModel(model.effectLine, message);
    else onRules(line, message);
  }
  return policy;
}

function rulesOf(rules: readonly Rule[], ptype: string): readonly Rule[] {
  return rules.filter((rule) => rule.ptype === ptype);
}

function ruleFault(rule: Rule, model: PolicyModel, patterns: readonly PatternUse[]): string {
  if (rule.ptype === "p") {
    return arityFault(rule, model) || valueFault(rule, model) || rulePatternFault(rule, patterns);
  }
  const role = model.roles.find(({ name }) => name === rule.ptype);
  if (role === undefined) return unknownPtype(rule.ptype, model);
  if (rule.fields.length === role.arity) return "";
  return `a ${rule.ptype} rule has ${role.arity} fields, not ${rule.fields.length}`;
}

function unknownPtype(ptype: string, { roles }: PolicyModel): string {
  const known = ["p", ...roles.map(({ name }) => name)].join(", ");
  return `unknown rule type "${ptype}"; this model knows ${known}`;
}

/** Casbin lets a final `eft` be left out, which means allow. */
function arityFault({ fields }: Rule, { policy }: PolicyModel): string {
  const needed = policy.at(-1) === "eft" ? policy.length - 1 : policy.length;
  if (fields.length === policy.length || fields.length === needed) return "";
  return `a p rule has ${policy.length} fields (${policy.join(", ")}), not ${fields.length}`;
}

function valueFault({ fields }: Rule, { policy }: PolicyModel): string {
  const eft = fields[policy.indexOf("eft")] ?? "allow";
  if (eft !== "allow" && eft !== "deny") return `eft is "${eft}"; write allow or deny`;
  const priority = fields[policy.indexOf("priority")] ?? "0";
  if (!/^-?\d{1,9}$/.test(priority)) return `priority is "${priority}"; write a whole number`;
  return "";
}

function rulePatternFault({ fields }: Rule, patterns: readonly PatternUse[]): string {
  for (const use of patterns) {
    if (!("column" in use.from)) continue;
    const pattern = fields[use.from.column];
    const fault = pattern === undefined ? "" : patternFault(use.function, pattern);
    if (fault !== "") return `pattern "${pattern}" of ${use.function}: ${fault}`;
  }
  return "";
}

function reportLiterals(patterns: readonly PatternUse[], report: (message: string) => void): void {
  for (const use of patterns) {
    if (!("literal" in use.from)) continue;
    const fault = patternFault(use.function, use.from.literal);
    if (fault !== "") report(`matcher: pattern "${use.from.literal}" of ${use.function}: ${fault}`);
  }
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
function emptinessFault(model: PolicyModel, matcher: MatcherReport, rules: number): string {
  if (!matcher.usesRules && rules > 0) return "the matcher never uses p, so no rule has a say";
  if (model.effect !== EFFECTS.denyOverride) return "";
  if (!model.policy.includes("eft")) return "without a field eft no rule can deny: all is allowed";
  if (rules === 0) return "without a rule this effect allows everything";
  return "";
}
