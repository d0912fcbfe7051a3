// The request of a row as a tuple to be decided again: what `tupleTexts` wrote, read back.
import type { RequestTuple } from "./tuple.ts";

/** What the row of a request says of what was asked; the columns' own names. */
export interface RecordedRequest {
  readonly decision: string;
  readonly policy_request: readonly string[];
  /** "": exact; "json": JSON texts; else why the tuple was not kept as it was. */
  readonly policy_replay?: string;
}

const NOT_KEPT: Readonly<Record<string, string>> = {
  redacted: "a secret in its request was not recorded",
  cut: "its request was too long to be recorded whole",
};
const UNREADABLE = "it was recorded in a way this version can't read";

/** The tuple as it was decided, or why there is none. */
export function recordedTuple(row: RecordedRequest): RequestTuple | string {
  const { decision, policy_request: texts, policy_replay: replay = "" } = row;
  if (decision === "none") return "no policy was asked";
  if (texts.length === 0) return "what was asked was not recorded";
  if (replay === "") return texts;
  return replay === "json" ? (tupleOf(texts) ?? UNREADABLE) : (NOT_KEPT[replay] ?? UNREADABLE);
}

/** Of JSON texts; null where one of them is none. */
export function tupleOf(texts: readonly string[]): RequestTuple | null {
  try {
    return texts.map((text) => JSON.parse(text)) as RequestTuple;
  } catch {
    return null;
  }
}
