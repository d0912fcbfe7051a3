// What a run of a policy's cases says: to people, as JSON, and by its exit code.
import type { Coverage } from "../../policy/cases/coverage.ts";
import type { CaseResult } from "../../policy/cases/run-cases.ts";
import type { Rule } from "../../policy/rules/rule.ts";
import { harmless } from "../format-text.ts";
import { plain } from "../terminal.ts";
import { EXIT_FINDING } from "./command.ts";
import { missLines } from "./explain-lines.ts";
import type { TestRun } from "./test-run.ts";

/** 0, or 1 where a case fails or too few rules are covered. */
export function exitCodeOf(run: TestRun, threshold: number | undefined): number {
  const isUncovered = run.coverage !== null && run.coverage.percent < (threshold ?? 0);
  return isUncovered || run.results.some(({ passed }) => !passed) ? EXIT_FINDING : 0;
}

/** Names for scripts: `file`, `line` and `request` of the case, what it expects and what it got. */
export function asJson(run: TestRun, threshold: number | undefined): string {
  const { revision, results, coverage } = run;
  return JSON.stringify({
    ok: exitCodeOf(run, threshold) === 0,
    revision,
    cases: results.map((result) => resultJson(result, run)),
    ...(coverage === null ? {} : { coverage: coverageJson(coverage, threshold) }),
  });
}

function resultJson(result: CaseResult, { explanations }: TestRun): object {
  const { case: each, decision, passed, message } = result;
  const explanation = explanations.get(result);
  const near = explanation === undefined ? {} : { nearest_misses: explanation.nearest_misses };
  const { name, file, line, context, request, expect } = each;
  const within = context === "" ? {} : { context };
  const { effect, rule, ruleSource } = decision;
  const got = { decision: effect, rule, rule_source: ruleSource };
  return { name, file, line, ...within, request, expect, ...got, passed, message, ...near };
}

function coverageJson(coverage: Coverage, threshold: number | undefined): object {
  const { percent, deciding, rules, links } = coverage;
  return {
    percent,
    ...(threshold === undefined ? {} : { threshold }),
    deciding,
    rules: rules.length,
    links: { used: links.used, unused: links.unused.map(namedRule) },
    uncovered: rules.flatMap(({ rule, cover }) =>
      cover === "decides" ? [] : [{ ...namedRule(rule), cover }],
    ),
  };
}

function namedRule(rule: Rule): object {
  return { rule: rule.text, rule_source: placeOf(rule) };
}

/** Failures, then the sum, then what is not covered. */
export function asLines(run: TestRun, threshold: number | undefined): readonly string[] {
  const failed = run.results.filter(({ passed }) => !passed);
  const passes = run.results.length - failed.length;
  return [
    ...failed.flatMap((result) => failureLines(result, run)),
    `${passes} of ${run.results.length} cases pass`,
    ...(run.coverage === null ? [] : coverageLines(run.coverage, threshold)),
  ].map(harmless);
}

function failureLines(result: CaseResult, { explanations }: TestRun): readonly string[] {
  const { case: each, message } = result;
  const misses = explanations.get(result)?.nearest_misses.slice(0, 1) ?? [];
  return [
    `${each.file}:${each.line}: ${each.name}: ${message}`,
    `  request: ${JSON.stringify(each.request)}${each.context === "" ? "" : ` in context ${each.context}`}`,
    ...missLines(misses, { width: WIDTH, paint: plain }).map((line) => `  ${line}`),
  ];
}

/** Of lines with rules and their terms. */
const WIDTH = 200;

/** Rules; --json has all. */
const MOST_LISTED = 100;

const COVER = {
  overruled: "matches a case and decides none",
  never: "matches no case",
  unknown: "decides no case",
} as const;

function coverageLines(coverage: Coverage, threshold: number | undefined): readonly string[] {
  const uncovered = coverage.rules.flatMap(({ rule, cover }) =>
    cover === "decides" ? [] : [`${placeOf(rule)}: ${COVER[cover]}: ${rule.text}`],
  );
  const wanted =
    threshold !== undefined && coverage.percent < threshold ? `, below ${threshold} %` : "";
  const more = uncovered.length - MOST_LISTED;
  const { used, unused } = coverage.links;
  const links = `${used} of ${used + unused.length} role links are on the way to a decision`;
  const share = `${percentText(coverage.percent)} %`;
  return [
    ...uncovered.slice(0, MOST_LISTED),
    ...(more > 0 ? [`and ${more} more rules`] : []),
    `${coverage.deciding} of ${coverage.rules.length} rules decide a case: ${share}${wanted}`,
    ...(used + unused.length === 0 ? [] : [links]),
  ];
}

/** Of two equal rules each has its own line, and the source of the first. */
function placeOf({ source, line }: Rule): string {
  return `${source.slice(0, source.lastIndexOf(":"))}:${line}`;
}

/** Rounded down, so that 100 says all and nothing looks as if it reached a threshold. */
function percentText(percent: number): string {
  return String(Math.floor(percent * 10) / 10);
}
