// From a policy's texts to its image, or to the list of everything that is wrong with them.
import { randomInt } from "node:crypto";
import { messageOf } from "../core/errors.ts";
import { checkPolicy } from "./check.ts";
import { isCompilable } from "./compiled-engine.ts";
import { AttachedPolicy } from "./image/attached-policy.ts";
import { imageOf, indexedImageOf, type PolicyTables, tablesOf } from "./image/build-image.ts";
import type { PolicyImage } from "./image/policy-image.ts";
import { reordered } from "./image/rule-table.ts";
import { MAX_FAULTS } from "./limits.ts";
import { readModel } from "./model/model-text.ts";
import { EFFECTS } from "./model/model.ts";
import { inEvaluationOrder } from "./rules/rule-order.ts";
import { scanRules } from "./rules/rules-text.ts";
import type { PolicyFault, PolicySource, ReportFault } from "./source.ts";
import { subjectPriorityFaults } from "./rules/subject-priority.ts";

export interface BuildOptions {
  /** What fills the model's r, in tuple order; checked against it. null: tuples come ready-made. */
  readonly request: readonly string[] | null;
}

export type PolicyBuild =
  | { readonly ok: true; readonly image: PolicyImage }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/**
 * Checked whole before anything changes hands: a new image, or faults and nothing else, so the caller
 * goes on with the last good one (S2, S3). Never throws. Takes some microseconds a rule.
 */
export function buildPolicy(source: PolicySource, { request }: BuildOptions): PolicyBuild {
  const faults = new FaultList(source);
  try {
    const tables = readPolicy(source, request, faults);
    if (tables === null || faults.count > 0) return { ok: false, faults: faults.shortened() };
    const ordered = inOrder(tables);
    const image = isCompilable(tables.model) ? indexedImageOf(ordered) : imageOf(ordered);
    return { ok: true, image };
  } catch (error) {
    const message = `this policy can't be built: ${messageOf(error)}`;
    return { ok: false, faults: [{ file: source.modelFile, line: 0, message }] };
  }
}

/** Reads and checks both texts; null where the model can't be read. */
function readPolicy(
  source: PolicySource,
  request: readonly string[] | null,
  faults: FaultList,
): PolicyTables | null {
  const { onModel, onRules } = faults;
  const model = readModel(source, onModel);
  const rules = scanRules(source.rulesText, randomInt(MAX_SEED), onRules);
  if (model === null) return null;
  if (request !== null && model.request.length !== request.length) {
    onModel(model.requestLine, arityMessage(model.request, request));
  }
  const { usesRules } = checkPolicy(model, rules, { onModel, onRules });
  if (faults.count > 0) return null;
  const tables = tablesOf({ source, model, usesRules, rules });
  if (model.effect !== EFFECTS.subjectPriority) return tables;
  for (const { line, message } of subjectPriorityFaults(new AttachedPolicy(imageOf(tables)))) {
    if (line === 0) onModel(model.effectLine, message);
    else onRules(line, message);
  }
  return tables;
}

const MAX_SEED = 2 ** 31;

/** Rows in the order of evaluation, where that is not the file's. */
function inOrder(tables: PolicyTables): PolicyTables {
  const { model, table } = tables;
  const isSorted = model.policy.includes("priority") || model.effect === EFFECTS.subjectPriority;
  if (!isSorted) return tables;
  const policy = new AttachedPolicy(imageOf(tables));
  const rows = new Map(policy.rules.map((rule, row) => [rule, row]));
  const order = inEvaluationOrder(policy).map((rule) => rows.get(rule) ?? 0);
  return { ...tables, table: reordered(table, order) };
}

/** What is wrong, counted without end and kept up to a number. */
class FaultList {
  readonly #kept: PolicyFault[] = [];
  readonly onModel: ReportFault;
  readonly onRules: ReportFault;
  count = 0;

  constructor({ modelFile, rulesFile }: PolicySource) {
    this.onModel = (line, message) => this.#add({ file: modelFile, line, message });
    this.onRules = (line, message) => this.#add({ file: rulesFile, line, message });
  }

  shortened(): readonly PolicyFault[] {
    const [first] = this.#kept;
    if (first === undefined || this.count <= MAX_FAULTS) return this.#kept;
    const message = `and ${this.count - MAX_FAULTS} further faults`;
    return [...this.#kept, { file: first.file, line: 0, message }];
  }

  #add(fault: PolicyFault): void {
    this.count += 1;
    if (this.count <= MAX_FAULTS) this.#kept.push(fault);
  }
}

function arityMessage(defined: readonly string[], mapped: readonly string[]): string {
  return `r has ${defined.length} fields (${defined.join(", ")}) and policy.request maps ${mapped.length} (${mapped.join(", ")})`;
}
