// A recorded request explained by a policy of today, beside what was decided then.
import type { ExplanationJson, NamedRule } from "./explanation-json.ts";
import type { RecordedRequest } from "../request/recorded-tuple.ts";

/** What the row of a request says of its decision; the columns' own names. */
export interface RecordedRow extends RecordedRequest {
  readonly kind: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly started_at: string;
  readonly rule: string;
  readonly rule_source: string;
  readonly policy_revision: string;
  readonly role_path: readonly string[];
}

export interface RecordedDecision extends NamedRule {
  readonly trace_id: string;
  readonly span_id: string;
  readonly started_at: string;
  readonly decision: string;
  readonly revision: string;
  readonly role_path: readonly string[];
}

export interface RecordedExplanation extends ExplanationJson {
  readonly recorded: RecordedDecision;
  /** Another decision, or by another rule. */
  readonly differs: boolean;
}

export function recordedDecision(row: RecordedRow): RecordedDecision {
  const { trace_id, span_id, started_at, decision, rule, rule_source, role_path } = row;
  const revision = row.policy_revision;
  return { trace_id, span_id, started_at, decision, rule, rule_source, revision, role_path };
}

export function explainRecorded(row: RecordedRow, now: ExplanationJson): RecordedExplanation {
  const differs = now.decision !== row.decision || now.rule !== row.rule;
  return { ...now, recorded: recordedDecision(row), differs };
}

/** The one by its span; else the first that was refused; else the first that was decided. */
export function chosenRow<Row extends RecordedRow>(
  rows: readonly Row[],
  spanId: string | undefined,
): Row | undefined {
  if (spanId !== undefined) return rows.find(({ span_id }) => span_id === spanId);
  const decided = rows.filter(({ decision }) => decision !== "none");
  return decided.find(({ decision }) => decision !== "allow") ?? decided[0] ?? rows[0];
}
