// Checks each rule against the definition of its type, and by what matchers do with its columns.
import { messageOf } from "../core/errors.ts";
import { MAX_RULE_CONDITIONS } from "./limits.ts";
import {
  checkCondition,
  checkMatcher,
  type MatcherReport,
  type PatternUse,
} from "./matcher-check.ts";
import { parseCondition } from "./matcher-parser.ts";
import type { PolicyModel } from "./model.ts";
import { patternFault } from "./patterns.ts";
import type { Rule } from "./rule.ts";

/** Why a rule is not accepted; "" where it is. */
export type CheckRule = (rule: Rule) => string;

/** Of every type the model file defines, whichever context is asked. */
export function ruleChecker(model: PolicyModel): CheckRule {
  const checks = new Map<string, CheckRule>();
  for (const [name, columns] of model.ruleTypes)
    checks.set(name, policyCheck(name, columns, model));
  for (const { name, arity } of model.roles) checks.set(name, roleCheck(name, arity));
  const known = [...checks.keys()].join(", ");
  return (rule) =>
    checks.get(rule.ptype)?.(rule) ??
    `unknown rule type "${rule.ptype}"; this model knows ${known}`;
}

function roleCheck(name: string, arity: number): CheckRule {
  return ({ fields }) =>
    fields.length === arity ? "" : `a ${name} rule has ${arity} fields, not ${fields.length}`;
}

function policyCheck(name: string, columns: readonly string[], model: PolicyModel): CheckRule {
  const readers = [model, ...model.others]
    .filter(({ names }) => names.p === name)
    .map((reader) => readerCheck(reader, checkMatcher(reader)));
  const eft = columns.indexOf("eft");
  const priority = columns.indexOf("priority");
  return (rule) => {
    const { fields } = rule;
    if (!hasColumns(fields, columns)) {
      return `a ${name} rule has ${columns.length} fields (${columns.join(", ")}), not ${fields.length}`;
    }
    const fault = effectFault(fields[eft]) || priorityFault(fields[priority]);
    return readers.reduce((found, check) => found || check(rule), fault);
  };
}

/** Casbin lets a final `eft` be left out, which means allow. */
function hasColumns(fields: readonly string[], columns: readonly string[]): boolean {
  if (fields.length === columns.length) return true;
  return columns.at(-1) === "eft" && fields.length === columns.length - 1;
}

function effectFault(eft = "allow"): string {
  return eft === "allow" || eft === "deny" ? "" : `eft is "${eft}"; write allow or deny`;
}

function priorityFault(priority = "0"): string {
  return /^-?\d{1,9}$/.test(priority) ? "" : `priority is "${priority}"; write a whole number`;
}

function readerCheck(model: PolicyModel, { patterns, conditions }: MatcherReport): CheckRule {
  const conditionFaults = new Map<string, readonly [string, readonly PatternUse[]]>();
  const judged = (text: string): readonly [string, readonly PatternUse[]] => {
    const known = conditionFaults.get(text);
    if (known !== undefined) return known;
    const found = conditionReport(text, model);
    conditionFaults.set(text, found);
    return found;
  };
  return ({ fields }) => {
    let fault = columnsFault(fields, patterns);
    for (const column of conditions) {
      const [ofText, ofColumns] = judged(fields[column] ?? "");
      fault ||= ofText || columnsFault(fields, ofColumns);
    }
    if (conditionFaults.size <= MAX_RULE_CONDITIONS) return fault;
    return `more than ${MAX_RULE_CONDITIONS} different conditions`;
  };
}

/** What is wrong with it whatever rule it stands in, and which columns it takes for patterns. */
function conditionReport(
  text: string,
  model: PolicyModel,
): readonly [string, readonly PatternUse[]] {
  try {
    const { faults, patterns } = checkCondition(parseCondition(text, model.names), model);
    const [fault = literalsFault(patterns)] = faults;
    return [fault === "" ? "" : `condition "${text}": ${fault}`, patterns];
  } catch (error) {
    return [`condition "${text}": ${messageOf(error)}`, []];
  }
}

function columnsFault(fields: readonly string[], patterns: readonly PatternUse[]): string {
  for (const { function: name, from } of patterns) {
    const pattern = "column" in from ? fields[from.column] : undefined;
    const fault = pattern === undefined ? "" : patternFault(name, pattern);
    if (fault !== "") return `pattern "${pattern}" of ${name}: ${fault}`;
  }
  return "";
}

/** The first of the patterns in a matcher's own text that can't be used. */
export function literalsFault(patterns: readonly PatternUse[]): string {
  for (const { function: name, from } of patterns) {
    const fault = "literal" in from ? patternFault(name, from.literal) : "";
    if ("literal" in from && fault !== "") return `pattern "${from.literal}" of ${name}: ${fault}`;
  }
  return "";
}
