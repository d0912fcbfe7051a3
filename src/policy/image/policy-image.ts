// A checked policy as plain data over shared memory: built once, then every thread decides by it.
import type { PolicyModel } from "../model/model.ts";
import type { PolicySource } from "../source.ts";
import type { RoleLinks } from "./role-links.ts";
import type { RuleIndex } from "./rule-index.ts";
import type { RuleTable } from "./rule-table.ts";
import type { StringTable } from "./strings.ts";

/** Posting it copies the model and some numbers; a million rules stay where they are. */
export interface PolicyImage {
  /** Of this image alone, kept when it is posted: another one of the same texts has another. */
  readonly id: string;
  readonly revision: string;
  /** Number of rules, role links included. */
  readonly rules: number;
  /** File names, for messages and rows. */
  readonly source: Pick<PolicySource, "modelFile" | "rulesFile">;
  readonly model: PolicyModel;
  /** False: the matcher never looks at p, there are no rules, and it is evaluated once. */
  readonly usesRules: boolean;
  readonly strings: StringTable;
  /** The p rules in the order of evaluation, `eft` filled in where the model has that column. */
  readonly table: RuleTable;
  /** For each role definition its rules, and the links that those are. */
  readonly roles: readonly RoleImage[];
  /** One for each alternative of the matcher; empty where it is casbin that evaluates. */
  readonly indexes: readonly RuleIndex[];
}

export interface RoleImage {
  readonly name: string;
  readonly table: RuleTable;
  readonly links: RoleLinks;
}
