// Checks all rules of a file by their types, and of each text in a column once where that is enough.
import type { RuleCheck } from "./rule-check.ts";
import type { ScannedRules } from "./rules-text.ts";
import type { ReportFault } from "../source.ts";

/** Reports one fault a rule; gives the number of rules of each type. */
export function checkRules(
  rules: ScannedRules,
  checks: ReadonlyMap<string, RuleCheck>,
  report: ReportFault,
): ReadonlyMap<string, number> {
  const types = new Map<number, TypeChecker>();
  const known = [...checks.keys()].join(", ");
  for (let rule = 0; rule < rules.count; rule++) {
    const type = rules.cells.at(rules.starts.at(rule));
    const checker = types.get(type) ?? checkerOf(rules.strings.text(type));
    types.set(type, checker);
    const fault = checker.check(rule);
    if (fault !== "") report(rules.places.at(rule * 3), fault);
  }
  return new Map([...types].map(([type, { checked }]) => [rules.strings.text(type), checked]));

  function checkerOf(name: string): TypeChecker {
    const unknown = `unknown rule type "${name}"; this model knows ${known}, which stand before the first comma`;
    return new TypeChecker(rules, checks.get(name) ?? { faultOf: () => unknown, columns: null });
  }
}

/** The rules of one type. */
class TypeChecker {
  checked = 0;
  readonly #rules: ScannedRules;
  readonly #check: RuleCheck;
  /** For each column that is checked, by string: 1 where it is known to be fine there. */
  readonly #fine: ReadonlyMap<number, Uint8Array> | null;
  /** How many fields rules had that were fine. */
  readonly #arities = new Set<number>();

  constructor(rules: ScannedRules, check: RuleCheck) {
    this.#rules = rules;
    this.#check = check;
    const { count } = rules.strings;
    const columns = check.columns?.filter((column) => column >= 0) ?? null;
    this.#fine = columns && new Map(columns.map((column) => [column, new Uint8Array(count)]));
  }

  check(rule: number): string {
    this.checked += 1;
    const { cells, starts, strings } = this.#rules;
    const first = starts.at(rule) + 1;
    const arity = starts.at(rule + 1) - first;
    if (this.#arities.has(arity) && this.#isFine(first, arity)) return "";
    const fields = Array.from({ length: arity }, (_, column) =>
      strings.text(cells.at(first + column)),
    );
    const fault = this.#check.faultOf(fields);
    if (fault === "") this.#note(first, arity);
    return fault;
  }

  #isFine(first: number, arity: number): boolean {
    if (this.#fine === null) return false;
    for (const [column, fine] of this.#fine) {
      if (column < arity && fine[this.#rules.cells.at(first + column)] !== 1) return false;
    }
    return true;
  }

  #note(first: number, arity: number): void {
    this.#arities.add(arity);
    if (this.#fine === null) return;
    for (const [column, fine] of this.#fine) {
      if (column < arity) fine[this.#rules.cells.at(first + column)] = 1;
    }
  }
}
