// Which rules a policy's cases put to the test: those that decided one, those that never could.
import { compileTest, type MatcherParts, type Test } from "../matcher/compile-matcher.ts";
import type { CheckedPolicy } from "../engine.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import { compileRolePaths, type FindRolePaths } from "../roles/role-path.ts";
import type { Rule } from "../rules/rule.ts";
import type { RequestTuple } from "../request/tuple.ts";
import { type LinkCoverage, linkCoverageOf } from "./link-coverage.ts";
import type { CaseResult } from "./run-cases.ts";

/**
 * "decides" some case; "overruled": matches one, and another rule decides it; "never" matches one;
 * "unknown": neither decides one nor was looked at further, for there are too many.
 */
export type Cover = "decides" | "overruled" | "never" | "unknown";

export interface RuleCoverage {
  readonly rule: Rule;
  readonly cover: Cover;
}

export interface Coverage {
  /** All p rules, in file order. */
  readonly rules: readonly RuleCoverage[];
  /** Rules that decided at least one case; of two equal ones both. */
  readonly deciding: number;
  /** 0 to 100; 100 where there are no rules. */
  readonly percent: number;
  readonly links: LinkCoverage;
}

/** Rules by cases that are looked at for "overruled": some seconds. */
const MAX_TESTS = 20_000_000;

/** A policy as one context sees it, and the cases it decided. */
export interface CoveredPart {
  readonly policy: CheckedPolicy;
  readonly results: readonly CaseResult[];
}

/** Of all parts together: a rule of two contexts is a rule once. */
export function coverageOf(parts: readonly CoveredPart[]): Coverage {
  const lines = new Map<number, RuleCoverage>();
  for (const each of parts.flatMap(ruleCoverageOf)) {
    const known = lines.get(each.rule.line);
    if (known === undefined || rank(each) < rank(known)) lines.set(each.rule.line, each);
  }
  const rules = [...lines.values()].toSorted((one, other) => one.rule.line - other.rule.line);
  const deciding = rules.filter(({ cover }) => cover === "decides").length;
  const percent = rules.length === 0 ? 100 : (100 * deciding) / rules.length;
  const links = linkCoverageOf(parts.map((part) => ({ ...part, find: pathsOf(part) })));
  return { rules, deciding, percent, links };
}

const RANKS: readonly Cover[] = ["decides", "overruled", "unknown", "never"];

function rank({ cover }: RuleCoverage): number {
  return RANKS.indexOf(cover);
}

function partsOf({ policy: { model, roles } }: CoveredPart): MatcherParts {
  return { model, roles, functions: matchingFunctions() };
}

function pathsOf(part: CoveredPart): FindRolePaths | null {
  return compileRolePaths(part.policy.model.matcher, partsOf(part));
}

function ruleCoverageOf(part: CoveredPart): readonly RuleCoverage[] {
  const { policy, results } = part;
  const sources = new Set(results.map(({ decision }) => decision.ruleSource));
  const matches = matcherOf(compileTest(policy.model.matcher, partsOf(part)), results);
  return policy.rules.map((rule) => ({
    rule,
    cover: sources.has(rule.source) ? ("decides" as const) : matches(rule),
  }));
}

/** Whether a rule that decided no case matches one. */
function matcherOf(
  test: Test,
  results: readonly CaseResult[],
): (rule: Rule) => Exclude<Cover, "decides"> {
  const decided = results.filter(({ decision }) => decision.effect !== "error");
  let left = MAX_TESTS;
  return (rule) => {
    left -= decided.length;
    if (left < 0) return "unknown";
    return decided.some(({ case: { request } }) => holds(test, request, rule))
      ? "overruled"
      : "never";
  };
}

/** A rule that can't be evaluated matches nothing. */
function holds(test: Test, request: RequestTuple, { fields }: Rule): boolean {
  try {
    return test(request, fields);
  } catch {
    return false;
  }
}
