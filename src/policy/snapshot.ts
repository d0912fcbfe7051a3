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
  /** [subject, role, role, ...]: what made that rule match; empty where no role did. Found when first asked. */
  readonly rolePath: readonly string[];
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
  /** null: the matcher asks no roles. */
  readonly rolePathOf: FindRolePath | null;
  /** Decisions remembered; 0: none. */
  readonly remembered: number;
}

const UNENFORCED: Permit = Object.freeze({ [issued]: true as const, decision: "none" });
const NO_ROLES: readonly string[] = Object.freeze([]);
const ALLOWED: Permit = Object.freeze({ [issued]: true as const, decision: "allow" });

/** The permit of a weir that has no policy; its rows say decision "none". */
export function unenforcedPermit(): Permit {
  return UNENFORCED;
}

export function createSnapshot(options: SnapshotOptions): PolicySnapshot {
  const { revision, rules, arity, engine, rolePathOf } = options;
  const decisions = new Map<string, Decision>();
  const evaluate = (tuple: RequestTuple): Decision => {
    try {
      const verdict = engine.evaluate(tuple);
      const decision = shared(decisions, verdict);
      if (verdict.rule === null || rolePathOf === null) return decision;
      return new ByRole(decision, rolePathOf, [tuple, verdict.rule]);
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

type FindRolePath = (tuple: RequestTuple, rule: Rule) => readonly string[];

/** A decision that differs from others by the same rule in the roles of its subject. */
class ByRole implements Decision {
  readonly effect: Decision["effect"];
  readonly rule: string;
  readonly ruleSource: string;
  readonly permit: Permit | null;
  readonly error = "";
  readonly #find: FindRolePath;
  readonly #matched: readonly [RequestTuple, Rule];
  #rolePath: readonly string[] | null = null;

  constructor(
    { effect, rule, ruleSource, permit }: Decision,
    find: FindRolePath,
    matched: readonly [RequestTuple, Rule],
  ) {
    this.effect = effect;
    this.rule = rule;
    this.ruleSource = ruleSource;
    this.permit = permit;
    this.#find = find;
    this.#matched = matched;
    Object.freeze(this);
  }

  get rolePath(): readonly string[] {
    this.#rolePath ??= this.#find(...this.#matched);
    return this.#rolePath;
  }
}

function decisionOf(allowed: boolean, rule: Rule | null): Decision {
  return Object.freeze({
    effect: allowed ? "allow" : "deny",
    rule: rule?.text ?? "",
    ruleSource: rule?.source ?? "",
    rolePath: NO_ROLES,
    permit: allowed ? ALLOWED : null,
    error: "",
  });
}

function failed(error: string, rule: Rule | null = null): Decision {
  return Object.freeze({
    effect: "error",
    rule: rule?.text ?? "",
    ruleSource: rule?.source ?? "",
    rolePath: NO_ROLES,
    permit: null,
    error,
  });
}
