// One run of a policy's cases: which files, what is read of them, what comes of it.
import { existsSync } from "node:fs";
import { findCasesFiles, readCasesFile, usualCasesPaths } from "../../control/cases-files.ts";
import { systemClock } from "../../core/clock.ts";
import { type Coverage, coverageOf } from "../../policy/cases/coverage.ts";
import type { PolicyCase } from "../../policy/cases/policy-case.ts";
import { readCases } from "../../policy/cases/read-cases.ts";
import { type CaseResult, runCases } from "../../policy/cases/run-cases.ts";
import { createExplainer, type Explainer } from "../../policy/explain/explain.ts";
import { type ExplanationJson, explanationJson } from "../../policy/explain/explanation-json.ts";
import type { PolicyFault } from "../../policy/source.ts";
import type { FileOptions } from "./command.ts";
import { loadInput, namedFiles, UnusableError } from "./input.ts";

export interface TestOptions extends FileOptions {
  readonly cases?: readonly string[];
  readonly filter?: string;
  readonly coverage?: true;
  /** Percent. */
  readonly threshold?: number;
}

export interface TestRun {
  readonly revision: string;
  readonly startedAtMs: number;
  readonly results: readonly CaseResult[];
  /** null where it was not asked for. */
  readonly coverage: Coverage | null;
  /** Of the first cases that were denied and should not have been. */
  readonly explanations: ReadonlyMap<CaseResult, ExplanationJson>;
}

/** The config, model and rules, then whatever stands for cases. Throws UnusableError. */
export function testFiles(dir: string, options: TestOptions): TestFiles {
  const named = namedFiles(dir, options);
  const { model = named.model, rules = named.rules, config } = options;
  const policy = [...(config === undefined ? [] : [config]), model, rules];
  return { policy, cases: options.cases ?? usualCasesPaths(named.cases) };
}

export interface TestFiles {
  readonly policy: readonly string[];
  /** Files and folders. */
  readonly cases: readonly string[];
}

/** Rejects with UnusableError. */
export async function runTests(dir: string, options: TestOptions): Promise<TestRun> {
  const startedAtMs = Date.now();
  const { snapshot, policy } = await loadInput(dir, options);
  const { cases: paths } = testFiles(dir, options);
  const files = findCasesFiles(options.cases === undefined ? paths.filter(existsSync) : paths);
  if (files.length === 0) throw unusable({ file: paths[0] ?? "", line: 0, message: NO_CASES });
  const all = readAll(files, policy.model.request);
  const cases = chosen(all, options.filter);
  const results = runCases({ snapshot, policy }, cases, systemClock.nowNs);
  const isCovered = options.coverage === true || options.threshold !== undefined;
  const coverage = isCovered ? coverageOf(policy, results) : null;
  const explanations = explained(results, createExplainer(policy, snapshot));
  return { revision: snapshot.revision, startedAtMs, results, coverage, explanations };
}

const NO_CASES =
  "has no cases; write it, or YAML files in a folder cases beside it, or name them by --cases";

function readAll(files: readonly string[], fields: readonly string[]): readonly PolicyCase[] {
  const reads = files.map((file) => {
    const read = readCasesFile(file);
    return "text" in read
      ? readCases(read.text, file, fields)
      : { ok: false as const, faults: [read] };
  });
  const faults = reads.flatMap((read) => (read.ok ? [] : read.faults));
  if (faults.length > 0) throw new UnusableError(faults);
  return reads.flatMap((read) => (read.ok ? read.cases : []));
}

/** Each reads all rules. */
const MOST_EXPLAINED = 20;

function explained(
  results: readonly CaseResult[],
  { explain }: Explainer,
): TestRun["explanations"] {
  const denied = results.filter(
    ({ case: each, decision }) => each.expect === "allow" && decision.effect === "deny",
  );
  const first = denied.slice(0, MOST_EXPLAINED);
  return new Map(first.map((result) => [result, explanationJson(explain(result.case.request))]));
}

/** By a part of the name. */
function chosen(cases: readonly PolicyCase[], filter: string | undefined): readonly PolicyCase[] {
  if (filter === undefined) return cases;
  const found = cases.filter(({ name }) => name.includes(filter));
  if (found.length > 0) return found;
  const message = `no case has "${filter}" in its name`;
  throw unusable({ file: cases[0]?.file ?? "", line: 0, message });
}

function unusable(fault: PolicyFault): UnusableError {
  return new UnusableError([fault]);
}
