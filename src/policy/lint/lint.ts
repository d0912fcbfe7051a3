// Warns of rules that are valid and probably not what their author meant.
import type { CheckedPolicy } from "../engine.ts";
import { type RuleWarning, roleWarnings } from "./lint-roles.ts";
import { shadowWarnings } from "./lint-shadowed.ts";
import { normalPath, PATH_FORMS } from "../../core/normal-path.ts";
import { checkMatcher, type PatternUse } from "../matcher/check-matcher.ts";
import { readModel } from "../model/model-text.ts";
import { EFFECTS, type PolicyModel } from "../model/model.ts";
import type { Rule } from "../rules/rule.ts";
import { readRules } from "../rules/rules-text.ts";
import type { PolicyFault, PolicySource } from "../source.ts";

/** What `source` says, which loads as `policy`. In the order of lines. */
export function lintPolicy(source: PolicySource, policy: CheckedPolicy): readonly PolicyFault[] {
  const model = readModel(source, () => undefined);
  const rules = readRules(source.rulesText, source.rulesFile, () => undefined);
  if (model === null) return [];
  const { patterns } = checkMatcher(model);
  const warnings: readonly RuleWarning[] = [
    ...rules.flatMap((rule) =>
      warningsOf(rule, model, patterns).map((message) => ({ line: rule.line, message })),
    ),
    ...shadowWarnings(policy),
    ...roleWarnings(policy),
  ];
  return warnings
    .toSorted((one, other) => one.line - other.line)
    .map((warning) => ({ file: source.rulesFile, ...warning }));
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
  warnings.push(...rule.fields.flatMap(fieldWarnings));
  if (rule.ptype !== model.names.p) return warnings;
  const denies = rule.fields[model.policy.indexOf("eft")] === "deny";
  if (denies && model.effect === EFFECTS.allowOverride) {
    warnings.push("this deny has no effect: the model's policy_effect only asks for an allow");
  }
  for (const { function: name, from } of patterns) {
    if (!("column" in from)) continue;
    const pattern = rule.fields[from.column] ?? "";
    if (!from.except.includes(pattern)) warnings.push(...patternWarnings(name, pattern));
  }
  return warnings;
}

/** What looks as if it were not there, and is. */
function fieldWarnings(field: string): readonly string[] {
  const [hidden] = /\p{Cf}/u.exec(field) ?? [];
  const warnings: string[] = [];
  if (hidden !== undefined) {
    const code = hidden.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    warnings.push(`"${field}" holds an invisible character, U+${code}, so it equals no plain text`);
  }
  if (/\s#/.test(field)) {
    warnings.push(`the # in "${field}" begins no comment; a comment has a line of its own`);
  }
  return warnings;
}

/** keyMatch2 to keyMatch5 make a regular expression of the path without escaping it. */
const UNESCAPED: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/(?<!\\)\./, () => "the dot in PATTERN matches any character; write \\. for a dot"],
  [/[^/]\*/, () => "the * in PATTERN repeats the character before it; write /*"],
  [/\|/, () => "the | in PATTERN splits the whole pattern; write two rules"],
  [
    /(?<!\\)[+?()[\]^$]/,
    (found) =>
      `the ${found} in PATTERN is part of a regular expression; write \\${found} for itself`,
  ],
];

function patternWarnings(name: string, pattern: string): readonly string[] {
  const shown = `"${pattern}"`;
  if (name === "regexMatch" && !/^\^.*\$$/s.test(pattern)) {
    return [`${shown} also matches inside longer text; write ^...$`];
  }
  if (!name.startsWith("keyMatch")) return [];
  const unlike = unlikePaths(pattern);
  const warnings = unlike === null ? [] : [`${shown} matches no path: paths ${unlike}`];
  if (name === "keyMatch") return warnings;
  for (const [sign, message] of UNESCAPED) {
    const [found] = sign.exec(pattern) ?? [];
    if (found !== undefined) warnings.push(message(found).replace("PATTERN", () => shown));
  }
  return warnings;
}

/** What a pattern has that the normal form of a path never has; null: nothing. */
function unlikePaths(pattern: string): string | null {
  if (/[^ -~]/.test(pattern)) return "are percent-encoded, as in /%C3%A4";
  const [empty] = /\/\.{0,2}(?=\/)/.exec(pattern) ?? [];
  if (empty !== undefined) return `have no ${empty}/ in them`;
  for (const [encoded] of pattern.matchAll(/(?:%[0-9A-Fa-f]{2})+/g)) {
    const normal = normalOf(encoded);
    if (normal !== encoded) return `have ${normal} for ${encoded}`;
  }
  return null;
}

/** Part of a character has no normal form, and may be the beginning of some. */
function normalOf(encoded: string): string {
  try {
    return normalPath(`/a${encoded}b`, PATH_FORMS).slice(2, -1);
  } catch {
    return encoded;
  }
}
