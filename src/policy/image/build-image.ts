// Makes the image of a checked policy.
import { randomUUID } from "node:crypto";
import { matchingFunctions } from "../functions/matching-functions.ts";
import type { PolicyModel } from "../model/model.ts";
import type { ScannedRules } from "../rules/rules-text.ts";
import { type PolicySource, revisionOf } from "../source.ts";
import { accessPathOf } from "./access-path.ts";
import { alternativesOf } from "./alternatives.ts";
import { IntList } from "./int-list.ts";
import type { PolicyImage, RoleImage } from "./policy-image.ts";
import { roleLinksOf } from "./role-links.ts";
import { ruleIndexOf } from "./rule-index.ts";
import { firstsOf, type RuleTable, tableOf } from "./rule-table.ts";

export interface CheckedParts {
  readonly source: PolicySource;
  readonly model: PolicyModel;
  readonly usesRules: boolean;
  readonly rules: ScannedRules;
}

/** What of an image comes of the rules alone, in file order. */
export interface PolicyTables extends CheckedParts {
  readonly table: RuleTable;
  readonly links: readonly Omit<RoleImage, "links">[];
}

export function tablesOf(checked: CheckedParts): PolicyTables {
  const { model, rules } = checked;
  const ofType = rulesByType(rules);
  const firsts = firstsOf(rules);
  const omitted = rules.strings.internText("allow");
  const tableOfType = (type: string, width: number): RuleTable =>
    tableOf({ rules, firsts, omitted, width, order: ofType.get(type) ?? new Int32Array(0) });
  return {
    ...checked,
    table: tableOfType(model.names.p, model.policy.length),
    links: model.roles.map(({ name, arity }) => ({ name, table: tableOfType(name, arity) })),
  };
}

/** Without indexes: for whoever reads all rules. */
export function imageOf({
  source,
  model,
  usesRules,
  rules,
  table,
  links,
}: PolicyTables): PolicyImage {
  const { count } = rules.strings;
  return {
    id: randomUUID(),
    revision: revisionOf(source),
    rules: rules.count,
    source: { modelFile: source.modelFile, rulesFile: source.rulesFile },
    model,
    usesRules,
    strings: rules.strings.table(),
    table,
    roles: links.map((role) => ({ ...role, links: roleLinksOf(role.table, count) })),
    indexes: [],
  };
}

/** With indexes over its rows as they stand, which is the order of evaluation. */
export function indexedImageOf(tables: PolicyTables): PolicyImage {
  const { model, table, rules } = tables;
  const functions = matchingFunctions();
  const parts = { model, functions, roles: new Map<string, never>() };
  const { strings } = rules;
  const indexes = alternativesOf(model).map((terms) =>
    ruleIndexOf({ access: accessPathOf(terms, model), model, table, strings, parts }),
  );
  return { ...imageOf(tables), indexes };
}

/** Numbers of rules in file order. */
function rulesByType({
  cells,
  starts,
  strings,
  count,
}: ScannedRules): ReadonlyMap<string, Int32Array> {
  const ofType = new Map<number, IntList>();
  for (let rule = 0; rule < count; rule++) {
    const type = cells.at(starts.at(rule));
    let rules = ofType.get(type);
    if (rules === undefined) ofType.set(type, (rules = new IntList()));
    rules.push(rule);
  }
  return new Map(Array.from(ofType, ([type, rules]) => [strings.text(type), rules.items()]));
}
