// Decides the cases of a policy, and says which of them it decides in another way than their author expects.
import type { PolicyModel } from "../model/model.ts";
import { readRules } from "../rules/rules-text.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";
import type { PolicyCase } from "./policy-case.ts";

export interface CaseResult {
  readonly case: PolicyCase;
  readonly decision: Decision;
  readonly durationNs: number;
  readonly passed: boolean;
  /** "" where it passed. */
  readonly message: string;
}

export interface CasePolicy {
  readonly snapshot: PolicySnapshot;
  readonly policy: { readonly model: Pick<PolicyModel, "policy"> };
}

/** The policy as a context sees it, "" being its own. */
export type PolicyOf = (context: string) => CasePolicy;

/** `nowNs` is a monotonic clock. */
export function runCases(
  policyOf: PolicyOf,
  cases: readonly PolicyCase[],
  nowNs: () => number,
): readonly CaseResult[] {
  return cases.map((each) => {
    const { snapshot, policy } = policyOf(each.context);
    const startNs = nowNs();
    const decision = snapshot.decide(each.request);
    const durationNs = nowNs() - startNs;
    const message = mismatch(each, decision, policy.model.policy);
    return { case: each, decision, durationNs, passed: message === "", message };
  });
}

function mismatch(
  { expect, rule }: PolicyCase,
  decision: Decision,
  columns: readonly string[],
): string {
  const by = decision.rule === "" ? "no rule" : `${decision.ruleSource} "${decision.rule}"`;
  if (decision.effect === "error") return `expected ${expect}, got an error: ${decision.error}`;
  if (decision.effect !== expect) return `expected ${expect}, got ${decision.effect} by ${by}`;
  if (rule === null || isSameRule(rule, decision.rule, columns)) return "";
  return `expected ${rule === "" ? "no rule" : `"${rule}"`} to decide, got ${by}`;
}

/** The same type and fields, however they are spaced and quoted, and whether or not `eft` is written out. */
function isSameRule(one: string, other: string, columns: readonly string[]): boolean {
  return one === other || fieldsOf(one, columns) === fieldsOf(other, columns);
}

function fieldsOf(text: string, columns: readonly string[]): string {
  const [rule] = readRules(text, "", () => undefined);
  if (rule === undefined) return "";
  const isShort = columns.at(-1) === "eft" && rule.fields.length < columns.length;
  return JSON.stringify([rule.ptype, ...rule.fields, ...(isShort ? ["allow"] : [])]);
}
