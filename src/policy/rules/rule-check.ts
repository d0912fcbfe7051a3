// Checks each rule against the definition of its type, and by what matchers do with its columns.
import { messageOf } from "../../core/errors.ts";
import { isExactPath } from "../image/path-shape.ts";
import { MAX_CONDITION_CHARS, MAX_RULE_CONDITIONS } from "../limits.ts";
import {
  checkCondition,
  checkMatcher,
  type MatcherReport,
  type PatternUse,
} from "../matcher/check-matcher.ts";
import { parseCondition } from "../matcher/parser.ts";
import type { PolicyModel } from "../model/model.ts";
import { patternFault } from "../functions/patterns.ts";

/** The fields of a rule, behind its type. */
type Fields = readonly string[];

export interface RuleCheck {
  /** Why a rule is not accepted; "" where it is. */
  readonly faultOf: (fields: Fields) => string;
  /**
   * The columns that are looked at, each for itself: what is fine in one rule is so in all. null: whether
   * a field is fine hangs on others.
   */
  readonly columns: readonly number[] | null;
}

/** By rule type: of every one the model file defines, whichever context is asked. */
export function ruleChecks(model: PolicyModel): ReadonlyMap<string, RuleCheck> {
  const checks = new Map<string, RuleCheck>();
  for (const [name, columns] of model.ruleTypes)
    checks.set(name, policyCheck(name, columns, model));
  for (const { name, arity } of model.roles) checks.set(name, roleCheck(name, arity));
  return checks;
}

function roleCheck(name: string, arity: number): RuleCheck {
  const faultOf: RuleCheck["faultOf"] = ({ length }) =>
    length === arity ? "" : `a ${name} rule has ${arity} fields, not ${length}`;
  return { faultOf, columns: [] };
}

function policyCheck(name: string, columns: Fields, model: PolicyModel): RuleCheck {
  const readers = [model, ...model.others].filter(({ names }) => names.p === name);
  const reports = readers.map(checkMatcher);
  const checks = readers.map((reader, at) =>
    readerCheck(reader, reports[at] ?? checkMatcher(reader)),
  );
  const eft = columns.indexOf("eft");
  const priority = columns.indexOf("priority");
  const faultOf: RuleCheck["faultOf"] = (fields) => {
    if (!hasColumns(fields, columns)) {
      return `a ${name} rule has ${columns.length} fields (${columns.join(", ")}), not ${fields.length}`;
    }
    const fault = effectFault(fields[eft]) || priorityFault(fields[priority]);
    return checks.reduce((found, check) => found || check(fields), fault);
  };
  const patterns = reports.flatMap((report) => report.patterns).map(({ from }) => from);
  const used = patterns.flatMap((from) => ("column" in from ? [from.column] : []));
  const isEach = reports.every(({ conditions }) => conditions.length === 0);
  return { faultOf, columns: isEach ? [...new Set([eft, priority, ...used])] : null };
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

const TOO_MANY = `more than ${MAX_RULE_CONDITIONS} different conditions`;
const TOO_LONG: readonly [string, readonly PatternUse[]] = [
  `different conditions longer than ${MAX_CONDITION_CHARS} characters together`,
  [],
];

function readerCheck(
  model: PolicyModel,
  { patterns, conditions }: MatcherReport,
): RuleCheck["faultOf"] {
  const conditionFaults = new Map<string, readonly [string, readonly PatternUse[]]>();
  let chars = 0;
  const judged = (text: string): readonly [string, readonly PatternUse[]] => {
    const known = conditionFaults.get(text);
    if (known !== undefined) return known;
    if (conditionFaults.size === MAX_RULE_CONDITIONS) return [TOO_MANY, []];
    chars += text.length;
    const found = chars > MAX_CONDITION_CHARS ? TOO_LONG : conditionReport(text, model);
    conditionFaults.set(text, found);
    return found;
  };
  return (fields) => {
    let fault = columnsFault(fields, patterns);
    for (const column of conditions) {
      const [ofText, ofColumns] = judged(fields[column] ?? "");
      fault ||= ofText || columnsFault(fields, ofColumns);
    }
    return fault;
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
    if (!("column" in from)) continue;
    const pattern = fields[from.column];
    if (pattern === undefined || from.except.includes(pattern)) continue;
    const fault = isExactPath(name, pattern) ? "" : patternFault(name, pattern);
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
