// Warns of rules that are valid and probably not what their author meant.
import { checkMatcher, type PatternUse } from "./matcher-check.ts";
import { readModel } from "./model-text.ts";
import { EFFECTS, type PolicyModel } from "./model.ts";
import type { Rule } from "./rule.ts";
import { readRules } from "./rules-text.ts";
import type { PolicyFault, PolicySource } from "./source.ts";

/** For a policy that loads; of one that doesn't, nothing is said. */
export function lintPolicy(source: PolicySource): readonly PolicyFault[] {
  const model = readModel(source.modelText, () => undefined);
  const rules = readRules(source.rulesText, source.rulesFile, () => undefined);
  if (model === null) return [];
  const { patterns } = checkMatcher(model);
  return rules.flatMap((rule) =>
    warningsOf(rule, model, patterns).map((message) => ({
      file: source.rulesFile,
      line: rule.line,
      message,
    })),
  );
}

function warningsOf(
  rule: Rule,
  model: PolicyModel,
  patterns: readonly PatternUse[],
): readonly string[] {
  const warnings: string[] = [];
  if (!rule.source.endsWith(`:${rule.line}`)) {
    warnings.push(`the same rule stands at ${rule.source}`);
  }
  if (rule.ptype !== "p") return warnings;
  const denies = rule.fields[model.policy.indexOf("eft")] === "deny";
  if (denies && model.effect === EFFECTS.allowOverride) {
    warnings.push("this deny has no effect: the model's policy_effect only asks for an allow");
  }
  for (const { function: name, from } of patterns) {
    if ("column" in from) warnings.push(...patternWarnings(name, rule.fields[from.column] ?? ""));
  }
  return warnings;
}

/** keyMatch2 to keyMatch5 make a regular expression of the path without escaping it. */
function patternWarnings(name: string, pattern: string): readonly string[] {
  const warnings: string[] = [];
  if (name === "regexMatch" && !/^\^.*\$$/s.test(pattern)) {
    warnings.push(`"${pattern}" also matches inside longer text; write ^...$`);
  }
  if (!/^keyMatch[2-5]$/.test(name)) return warnings;
  if (/(?<!\\)\./.test(pattern)) {
    warnings.push(`the dot in "${pattern}" matches any character; write \\. for a dot`);
  }
  if (/[^/]\*/.test(pattern)) {
    warnings.push(`the * in "${pattern}" repeats the character before it; write /*`);
  }
  if (pattern.includes("|")) {
    warnings.push(`the | in "${pattern}" splits the whole pattern; write two rules`);
  }
  return warnings;
}
