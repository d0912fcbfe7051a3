// Decides requests given as JSON lines, for `weir policy decide`.
import { messageOf } from "../core/errors.ts";
import type { PolicySnapshot } from "./snapshot.ts";
import type { RequestTuple } from "./tuple.ts";

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

/** One answer for each line that is not blank. `nowNs` is a monotonic clock. */
export function* decideLines(
  snapshot: PolicySnapshot,
  lines: Iterable<string>,
  nowNs: () => number,
): Generator<DecidedLine> {
  for (const line of lines) {
    if (line.trim() !== "") yield decideLine(snapshot, line, nowNs);
  }
}

const NANOS_PER_MICRO = 1000;

function decideLine(snapshot: PolicySnapshot, line: string, nowNs: () => number): DecidedLine {
  const tuple = tupleOf(line);
  if (typeof tuple === "string") return { ...REFUSED, error: tuple };
  const startNs = nowNs();
  const { effect, rule, ruleSource, error } = snapshot.decide(tuple);
  const us = Number(((nowNs() - startNs) / NANOS_PER_MICRO).toFixed(3));
  const decided: DecidedLine = {
    decision: effect === "allow" ? "allow" : "deny",
    rule,
    line: Number(ruleSource.slice(ruleSource.lastIndexOf(":") + 1)),
    us,
  };
  return effect === "error" ? { ...decided, error } : decided;
}

const REFUSED: DecidedLine = { decision: "deny", rule: "", line: 0, us: 0 };

/** The tuple, or why the line is none. */
function tupleOf(line: string): RequestTuple | string {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : "a request is a JSON array";
  } catch (error) {
    return `not JSON: ${messageOf(error)}`;
  }
}
