// A recorded request explained by a policy of today, beside what was decided then.
import type { ExplanationJson, NamedRule } from "./explanation-json.ts";
import type { RequestTuple } from "../request/tuple.ts";

/** What the row of a request says of its decision; the columns' own names. */
export interface RecordedRow {
  readonly kind: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly started_at: string;
  readonly decision: string;
  readonly rule: string;
  readonly rule_source: string;
  readonly policy_revision: string;
  readonly policy_request: readonly string[];
  readonly policy_replay: string;
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

/** Why a row's request can't be decided again. */
const UNDECIDABLE: Readonly<Record<string, string>> = {
  redacted: "a field that was asked is a secret, and was not recorded",
  cut: "a field that was asked is too long, and was not recorded whole",
};

export function recordedDecision(row: RecordedRow): RecordedDecision {
  const { trace_id, span_id, started_at, decision, rule, rule_source, role_path } = row;
  const revision = row.policy_revision;
  return { trace_id, span_id, started_at, decision, rule, rule_source, revision, role_path };
}

/** The tuple as it was decided, or why there is none. */
export function recordedRequest(row: RecordedRow): RequestTuple | string {
  if (row.decision === "none") return "no policy was asked";
  if (row.policy_request.length === 0) return "what was asked was not recorded";
  if (row.policy_replay === "") return row.policy_request;
  if (row.policy_replay !== "json") {
    return UNDECIDABLE[row.policy_replay] ?? "it was recorded in a way this version can't read";
  }
  try {
    return row.policy_request.map((text) => JSON.parse(text)) as RequestTuple;
  } catch {
    return "it was recorded in a way this version can't read";
  }
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
