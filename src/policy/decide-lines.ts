// Decides requests given as JSON lines, for `weir policy decide`.
import { requestInLine, type WrittenRequest } from "./request-text.ts";
import type { PolicySnapshot } from "./snapshot.ts";

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

/** One answer for each. `nowNs` is a monotonic clock. */
export function* decideLines(
  asked: Iterable<AskedLine>,
  snapshotOf: SnapshotOf,
  nowNs: () => number,
): Generator<DecidedLine> {
  for (const request of asked) {
    if (typeof request === "string") yield { ...REFUSED, error: request };
    else {
      const snapshot = snapshotOf(request.context);
      yield typeof snapshot === "string"
        ? { ...REFUSED, error: snapshot }
        : decided(request, snapshot, nowNs);
    }
  }
}

const REFUSED: DecidedLine = { decision: "deny", rule: "", line: 0, us: 0 };
const NANOS_PER_MICRO = 1000;

function decided(
  { tuple }: WrittenRequest,
  snapshot: PolicySnapshot,
  nowNs: () => number,
): DecidedLine {
  const startNs = nowNs();
  const { effect, rule, ruleSource, error } = snapshot.decide(tuple);
  const us = Number(((nowNs() - startNs) / NANOS_PER_MICRO).toFixed(3));
  const answer: DecidedLine = {
    decision: effect === "allow" ? "allow" : "deny",
    rule,
    line: Number(ruleSource.slice(ruleSource.lastIndexOf(":") + 1)),
    us,
  };
  return effect === "error" ? { ...answer, error } : answer;
}
