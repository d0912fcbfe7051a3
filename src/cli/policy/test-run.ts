// One run of a policy's cases: which files, what is read of them, what comes of it.
import { existsSync } from "node:fs";
import {
  findCasesFiles,
  readCasesFile,
  usualCasesPaths,
} from "../../control/policy/cases-files.ts";
import { systemClock } from "../../core/clock.ts";
import { type FieldsOf, fieldsOfModel } from "../../policy/cases/case-context.ts";
import { type Coverage, coverageOf, type CoveredPart } from "../../policy/cases/coverage.ts";
import type { PolicyCase } from "../../policy/cases/policy-case.ts";
import { readCases } from "../../policy/cases/read-cases.ts";
import { type CaseResult, runCases } from "../../policy/cases/run-cases.ts";
import { createExplainer, type Explainer } from "../../policy/explain/explain.ts";
import { type ExplanationJson, explanationJson } from "../../policy/explain/explanation-json.ts";
import { loadPolicy } from "../../policy/load.ts";
import type { PolicyFault } from "../../policy/source.ts";
import type { FileOptions } from "./command.ts";
import { loadInput, namedFiles, type PolicyInput, UnusableError } from "./input.ts";

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
  const input = await loadInput(dir, options);
  const { cases: paths } = testFiles(dir, options);
  const files = findCasesFiles(options.cases === undefined ? paths.filter(existsSync) : paths);
  if (files.length === 0) throw unusable({ file: paths[0] ?? "", line: 0, message: NO_CASES });
  const { source, snapshot } = input;
  const all = readAll(files, fieldsOfModel(source, source.context ?? ""));
  const cases = chosen(all, options.filter);
  const policyOf = await loadContexts(input, cases);
  const results = runCases(policyOf, cases, systemClock.nowNs);
  const isCovered = options.coverage === true || options.threshold !== undefined;
  const coverage = isCovered ? coverageOf(coveredParts(input, results, policyOf)) : null;
  const explanations = explained(results, policyOf);
  return { revision: snapshot.revision, startedAtMs, results, coverage, explanations };
}

type Loaded = Pick<PolicyInput, "snapshot" | "policy">;
type LoadedOf = (context: string) => Loaded;

/** Each context that a case names, loaded once. Rejects with UnusableError. */
async function loadContexts(input: PolicyInput, cases: readonly PolicyCase[]): Promise<LoadedOf> {
  const { source } = input;
  const known = new Map<string, Loaded>([[source.context ?? "", input]]);
  for (const { context } of cases) {
    if (context === "" || known.has(context)) continue;
    const load = await loadPolicy({ ...source, context }, { request: null });
    if (!load.ok) throw new UnusableError(load.faults);
    known.set(context, load);
  }
  return (context) => known.get(context) ?? input;
}

/** The policy's own context counts, whether or not a case is decided by it. */
function coveredParts(
  input: Loaded,
  results: readonly CaseResult[],
  policyOf: LoadedOf,
): readonly CoveredPart[] {
  const byPolicy = Map.groupBy(results, ({ case: { context } }) => policyOf(context));
  const parts = new Map([[input, byPolicy.get(input) ?? []], ...byPolicy]);
  return [...parts].map(([{ policy }, ofOne]) => ({ policy, results: ofOne }));
}

const NO_CASES =
  "has no cases; write it, or YAML files in a folder cases beside it, or name them by --cases";

function readAll(files: readonly string[], fieldsOf: FieldsOf): readonly PolicyCase[] {
  const reads = files.map((file) => {
    const read = readCasesFile(file);
    return "text" in read
      ? readCases(read.text, file, fieldsOf)
      : { ok: false as const, faults: [read] };
  });
  const faults = reads.flatMap((read) => (read.ok ? [] : read.faults));
  if (faults.length > 0) throw new UnusableError(faults);
  return reads.flatMap((read) => (read.ok ? read.cases : []));
}

/** Each reads all rules. */
const MOST_EXPLAINED = 20;

function explained(results: readonly CaseResult[], policyOf: LoadedOf): TestRun["explanations"] {
  const denied = results.filter(
    ({ case: each, decision }) => each.expect === "allow" && decision.effect === "deny",
  );
  const first = denied.slice(0, MOST_EXPLAINED);
  const explainers = new Map<Loaded, Explainer>();
  const explain = ({ case: { context, request } }: CaseResult): ExplanationJson => {
    const loaded = policyOf(context);
    const explainer = explainers.get(loaded) ?? createExplainer(loaded.policy, loaded.snapshot);
    explainers.set(loaded, explainer);
    return explanationJson(explainer.explain(request));
  };
  return new Map(first.map((result) => [result, explain(result)]));
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
