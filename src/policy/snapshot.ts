// One immutable policy at work: decides, and alone hands out permits.
import { messageOf } from "../core/errors.ts";
import { type PolicyEngine, RuleError, type Verdict } from "./engine.ts";
import type { FindRolePath } from "./roles/role-path-memo.ts";
import type { Rule } from "./rules/rule.ts";
import { type RequestTuple, tupleFault } from "./request/tuple.ts";

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
   * the tuple. Decisions are not remembered: looking one up would take longer than making it.
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
  const decide = (tuple: RequestTuple): Decision => {
    const fault = tupleFault(tuple, arity);
    if (fault !== "") return failed(fault);
    try {
      const verdict = engine.evaluate(tuple);
      if (isByRule(verdict)) return new DecisionByRule(verdict, tuple, rolePathOf);
      return verdict.allowed ? ALLOWED_BY_DEFAULT : DENIED_BY_DEFAULT;
    } catch (error) {
      return failed(messageOf(error), error instanceof RuleError ? error.rule : null);
    }
  };
  return Object.freeze({ revision, rules, decide });
}

interface VerdictByRule extends Verdict {
  readonly rule: Rule;
}

function isByRule(verdict: Verdict): verdict is VerdictByRule {
  return verdict.rule !== null;
}

/** Nothing of it can be changed; texts are made when they are asked for. */
class DecisionByRule implements Decision {
  readonly #verdict: VerdictByRule;
  readonly #tuple: RequestTuple;
  readonly #rolePathOf: FindRolePath | null;
  #rolePath: readonly string[] | null = null;

  constructor(verdict: VerdictByRule, tuple: RequestTuple, rolePathOf: FindRolePath | null) {
    this.#verdict = verdict;
    this.#tuple = tuple;
    this.#rolePathOf = rolePathOf;
  }

  get effect(): "allow" | "deny" {
    return this.#verdict.allowed ? "allow" : "deny";
  }

  get rule(): string {
    return this.#verdict.rule.text;
  }

  get ruleSource(): string {
    return this.#verdict.rule.source;
  }

  get rolePath(): readonly string[] {
    this.#rolePath ??= this.#rolePathOf?.(this.#tuple, this.#verdict.rule) ?? NO_ROLES;
    return this.#rolePath;
  }

  get permit(): Permit | null {
    return this.#verdict.allowed ? ALLOWED : null;
  }

  get error(): string {
    return "";
  }
}

const ALLOWED_BY_DEFAULT = byDefault("allow", ALLOWED);
const DENIED_BY_DEFAULT = byDefault("deny", null);

function byDefault(effect: "allow" | "deny", permit: Permit | null): Decision {
  return Object.freeze({ effect, rule: "", ruleSource: "", rolePath: NO_ROLES, permit, error: "" });
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
