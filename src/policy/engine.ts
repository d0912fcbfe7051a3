// The seam between policy and whoever evaluates it: the compiled index, or casbin where it must.
import { messageOf } from "../core/errors.ts";
import type { PolicyModel } from "./model/model.ts";
import type { RoleGraph } from "./roles/role-walker.ts";
import type { Rule } from "./rules/rule.ts";
import type { RequestTuple } from "./request/tuple.ts";

/** A policy that was checked whole; every engine may rely on that. */
export interface CheckedPolicy {
  readonly model: PolicyModel;
  /** The p rules in file order, `eft` filled in where the model has that column. */
  readonly rules: readonly Rule[];
  /** The g rules of each role definition, by its name. */
  readonly links: ReadonlyMap<string, readonly Rule[]>;
  readonly roles: ReadonlyMap<string, RoleGraph>;
  /** False: the matcher never looks at p, there are no rules, and it is evaluated once. */
  readonly usesRules: boolean;
}

export interface Verdict {
  readonly allowed: boolean;
  /** The rule that decided; null where none did and the effect's default holds. */
  readonly rule: Rule | null;
}

/** The matcher failed at a rule, as ipMatch does where the request has no address. */
export class RuleError extends Error {
  readonly rule: Rule;

  constructor(rule: Rule, cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = "RuleError";
    this.rule = rule;
  }
}

/** Pure and synchronous; may throw, a RuleError where one rule is to blame, which the snapshot turns into the decision "error". */
export interface PolicyEngine {
  readonly evaluate: (tuple: RequestTuple) => Verdict;
}
