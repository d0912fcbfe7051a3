// Decides requests given as JSON lines, for `weir policy decide`.
import { requestInLine, type WrittenRequest } from "./request-text.ts";
import type { Decision, PolicySnapshot } from "../snapshot.ts";

export interface DecidedLine {
  /** What can't be decided is denied, as the proxy would; `error` says why. */
  readonly decision: "allow" | "deny";
  readonly rule: string;
  /** Of the rule, in the rules file; 0 where no rule decided. */
  readonly line: number;
  /** Time of the decision alone, microseconds. */
  readonly us: number;
  readonly error?: string;
}

/** The request of a line, or why it has none. */
export type AskedLine = WrittenRequest | string;

/** Of each line that is not blank. */
export function askedLines(lines: readonly string[]): readonly AskedLine[] {
  return lines.filter((line) => line.trim() !== "").map(requestInLine);
}

/** The policy as a context sees it, null being its own; or why it can't. */
export type SnapshotOf = (context: string | null) => PolicySnapshot | string;

/**
 * One answer for each. `nowNs` is a monotonic clock. All are decided before the first is written, since
 * writing between decisions would cost them the processor's caches, and so be measured with them.
 */
export function decideLines(
  asked: readonly AskedLine[],
  snapshotOf: SnapshotOf,
  nowNs: () => number,
): readonly DecidedLine[] {
  return asked.map((request) => timed(request, snapshotOf, nowNs)).map(answerOf);
}

/** A decision and its time in nanoseconds, or why there is none. */
type Timed = { readonly decision: Decision; readonly ns: number } | string;

function timed(request: AskedLine, snapshotOf: SnapshotOf, nowNs: () => number): Timed {
  if (typeof request === "string") return request;
  const snapshot = snapshotOf(request.context);
  if (typeof snapshot === "string") return snapshot;
  const startNs = nowNs();
  const decision = snapshot.decide(request.tuple);
  return { decision, ns: nowNs() - startNs };
}

const REFUSED: DecidedLine = { decision: "deny", rule: "", line: 0, us: 0 };
const NANOS_PER_MICRO = 1000;

function answerOf(made: Timed): DecidedLine {
  if (typeof made === "string") return { ...REFUSED, error: made };
  const { effect, rule, ruleSource, error } = made.decision;
  const answer: DecidedLine = {
    decision: effect === "allow" ? "allow" : "deny",
    rule,
    line: Number(ruleSource.slice(ruleSource.lastIndexOf(":") + 1)),
    us: Number((made.ns / NANOS_PER_MICRO).toFixed(3)),
  };
  return effect === "error" ? { ...answer, error } : answer;
}
