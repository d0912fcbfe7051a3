// Which rules a policy's cases put to the test: those that decided one, those that never could.
import { compileTest, type MatcherParts, type Test } from "../matcher/compile-matcher.ts";
import type { CheckedPolicy } from "../engine.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import { compileRolePaths } from "../roles/role-path.ts";
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

export function coverageOf(policy: CheckedPolicy, results: readonly CaseResult[]): Coverage {
  const { model, roles } = policy;
  const parts: MatcherParts = { model, roles, functions: matchingFunctions() };
  const sources = new Set(results.map(({ decision }) => decision.ruleSource));
  const matches = matcherOf(compileTest(model.matcher, parts), results);
  const rules = policy.rules.map((rule) => ({
    rule,
    cover: sources.has(rule.source) ? ("decides" as const) : matches(rule),
  }));
  const deciding = rules.filter(({ cover }) => cover === "decides").length;
  const percent = rules.length === 0 ? 100 : (100 * deciding) / rules.length;
  const links = linkCoverageOf(policy, results, compileRolePaths(model.matcher, parts));
  return { rules, deciding, percent, links };
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
