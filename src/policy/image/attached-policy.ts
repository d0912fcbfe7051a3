// One thread's view of a policy image: look-ups over the shared arrays, rules as objects when asked for.
import type { CheckedPolicy } from "../engine.ts";
import type { PolicyModel } from "../model/model.ts";
import { RoleWalker } from "../roles/role-walker.ts";
import type { Rule } from "../rules/rule.ts";
import type { PolicyImage } from "./policy-image.ts";
import type { RuleIndex } from "./rule-index.ts";
import { ruleOf, rulesOf, type RuleTable, type TableText } from "./rule-table.ts";
import { Strings, type StringTable } from "./strings.ts";

/** Rules at hand as objects; more are made anew each time. A power of two. */
const KEPT_RULES = 1024;

export class AttachedPolicy implements CheckedPolicy {
  readonly model: PolicyModel;
  readonly usesRules: boolean;
  readonly table: RuleTable;
  readonly indexes: readonly RuleIndex[];
  readonly strings: Strings;
  readonly stringTable: StringTable;
  readonly walkers: ReadonlyMap<string, RoleWalker>;
  readonly #image: PolicyImage;
  readonly #kept: (Rule | undefined)[] = Array.from({ length: KEPT_RULES });
  readonly #keptRows = new Int32Array(KEPT_RULES).fill(-1);
  readonly #policyText: TableText;
  #rules: readonly Rule[] | null = null;
  #links: ReadonlyMap<string, readonly Rule[]> | null = null;
  #everyRow: Int32Array | null = null;

  constructor(image: PolicyImage) {
    const strings = new Strings(image.strings);
    this.#image = image;
    this.model = image.model;
    this.usesRules = image.usesRules;
    this.table = image.table;
    this.indexes = image.indexes;
    this.strings = strings;
    this.stringTable = image.strings;
    this.#policyText = this.#text(image.model.names.p);
    this.walkers = new Map(
      image.roles.map(({ name, links }) => [name, new RoleWalker(links, strings)]),
    );
  }

  get roles(): CheckedPolicy["roles"] {
    return this.walkers;
  }

  get rules(): readonly Rule[] {
    return (this.#rules ??= rulesOf(this.table, this.#policyText));
  }

  get links(): ReadonlyMap<string, readonly Rule[]> {
    const { roles } = this.#image;
    return (this.#links ??= new Map(
      roles.map(({ name, table }) => [name, rulesOf(table, this.#text(name))]),
    ));
  }

  /** The number of each row: what is asked where nothing can be looked up. */
  get everyRow(): Int32Array {
    return (this.#everyRow ??= Int32Array.from({ length: this.table.count }, (_, row) => row));
  }

  /** The rule of a row; the same object again while it is often asked for. */
  ruleAt(row: number): Rule {
    const at = row & (KEPT_RULES - 1);
    const kept = this.#kept[at];
    if (kept !== undefined && this.#keptRows[at] === row) return kept;
    const rule = ruleOf(this.table, this.#policyText, row);
    this.#kept[at] = rule;
    this.#keptRows[at] = row;
    return rule;
  }

  #text(ptype: string): TableText {
    const { rulesFile } = this.#image.source;
    return { ptype, file: rulesFile, strings: this.strings, chars: this.stringTable.chars };
  }
}
