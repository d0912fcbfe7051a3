// One immutable policy at work: decides, remembers decisions, and alone hands out permits.
import { messageOf } from "../core/errors.ts";
import { createDecisionCache } from "./decision-cache.ts";
import { type PolicyEngine, RuleError, type Verdict } from "./engine.ts";
import type { Rule } from "./rule.ts";
import { type RequestTuple, tupleFault } from "./tuple.ts";

const issued: unique symbol = Symbol("permit");

/**
 * Proof that a request may be forwarded. The brand is not exported, so only this file can make one:
 * whoever forwards takes a Permit, and a forgotten decision does not compile.
 */
export interface Permit {
  readonly [issued]: true;
  readonly decision: "allow" | "none";
}

export interface Decision {
  readonly effect: "allow" | "deny" | "error";
  /** The rule as written that decided, or at which deciding failed; empty where there is none. */
  readonly rule: string;
  /** "file:line" of that rule. */
  readonly ruleSource: string;
  /** null unless the effect is allow. */
  readonly permit: Permit | null;
  /** Why the decision could not be made; for logs, never for clients. */
  readonly error: string;
}

export interface PolicySnapshot {
  readonly revision: string;
  /** Number of rules, role links included. */
  readonly rules: number;
  /**
   * Never throws and never waits: what can't be decided is an "error", which forwards nothing. Pure in
   * the tuple, so decisions are remembered for as long as the snapshot lives and no longer.
   */
  readonly decide: (tuple: RequestTuple) => Decision;
}

export interface SnapshotOptions {
  readonly revision: string;
  readonly rules: number;
  /** Fields a request tuple must have. */
  readonly arity: number;
  readonly engine: PolicyEngine;
  /** Decisions remembered; 0: none. */
  readonly remembered: number;
}

const UNENFORCED: Permit = Object.freeze({ [issued]: true as const, decision: "none" });
const ALLOWED: Permit = Object.freeze({ [issued]: true as const, decision: "allow" });

/** The permit of a weir that has no policy; its rows say decision "none". */
export function unenforcedPermit(): Permit {
  return UNENFORCED;
}

export function createSnapshot(options: SnapshotOptions): PolicySnapshot {
  const { revision, rules, arity, engine } = options;
  const decisions = new Map<string, Decision>();
  const evaluate = (tuple: RequestTuple): Decision => {
    try {
      return shared(decisions, engine.evaluate(tuple));
    } catch (error) {
      return failed(messageOf(error), error instanceof RuleError ? error.rule : null);
    }
  };
  const cache = createDecisionCache(options.remembered, evaluate);
  const decide = (tuple: RequestTuple): Decision => {
    const fault = tupleFault(tuple, arity);
    return fault === "" ? cache.decide(tuple) : failed(fault);
  };
  return Object.freeze({ revision, rules, decide });
}

/** One frozen Decision for each rule and effect, so that a hit allocates nothing. */
function shared(decisions: Map<string, Decision>, { allowed, rule }: Verdict): Decision {
  const key = `${allowed ? "allow" : "deny"} ${rule?.source ?? ""}`;
  const known = decisions.get(key);
  if (known !== undefined) return known;
  const made = decisionOf(allowed, rule);
  decisions.set(key, made);
  return made;
}

function decisionOf(allowed: boolean, rule: Rule | null): Decision {
  return Object.freeze({
    effect: allowed ? "allow" : "deny",
    rule: rule?.text ?? "",
    ruleSource: rule?.source ?? "",
    permit: allowed ? ALLOWED : null,
    error: "",
  });
}

function failed(error: string, rule: Rule | null = null): Decision {
  return Object.freeze({
    effect: "error",
    rule: rule?.text ?? "",
    ruleSource: rule?.source ?? "",
    permit: null,
    error,
  });
}
