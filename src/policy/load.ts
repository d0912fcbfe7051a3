// From a policy's texts to a snapshot, or to the list of everything that is wrong with them.
import { messageOf } from "../core/errors.ts";
import { createCasbinEngine } from "./casbin-engine.ts";
import { checkPolicy } from "./check.ts";
import { MAX_FAULTS } from "./limits.ts";
import { readModel } from "./model-text.ts";
import { readRules } from "./rules-text.ts";
import { createSnapshot, type PolicySnapshot } from "./snapshot.ts";
import { revisionOf, type PolicyFault, type PolicySource, type ReportFault } from "./source.ts";

export interface LoadOptions {
  /** Names of the request fields in tuple order; part of the revision, checked against the model. */
  readonly request: readonly string[];
  /** Decisions a snapshot remembers; 0: none. Default 8192. */
  readonly remembered?: number;
}

export type PolicyLoad =
  | { readonly ok: true; readonly snapshot: PolicySnapshot }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

const REMEMBERED = 8192;

/**
 * Checked whole before anything changes hands: a new snapshot, or faults and nothing else, so the
 * caller goes on with the last good one (S2, S3). Never rejects.
 */
export async function loadPolicy(source: PolicySource, options: LoadOptions): Promise<PolicyLoad> {
  const faults: PolicyFault[] = [];
  const inFile =
    (file: string): ReportFault =>
    (line, message) =>
      void faults.push({ file, line, message });
  const onModel = inFile(source.modelFile);
  const onRules = inFile(source.rulesFile);
  const model = readModel(source.modelText, onModel);
  const rules = readRules(source.rulesText, source.rulesFile, onRules);
  if (model !== null && model.request.length !== options.request.length) {
    onModel(model.requestLine, arityMessage(model.request, options.request));
  }
  const policy = model === null ? null : checkPolicy(model, rules, { onModel, onRules });
  if (policy === null || faults.length > 0) return { ok: false, faults: shortened(faults) };
  try {
    const engine = await createCasbinEngine(policy);
    const snapshot = createSnapshot({
      revision: revisionOf(source, options.request),
      rules: rules.length,
      arity: policy.model.request.length,
      engine,
      remembered: options.remembered ?? REMEMBERED,
    });
    return { ok: true, snapshot };
  } catch (error) {
    onModel(0, `casbin refuses this policy: ${messageOf(error)}`);
    return { ok: false, faults };
  }
}

function arityMessage(defined: readonly string[], mapped: readonly string[]): string {
  return `r has ${defined.length} fields (${defined.join(", ")}) and policy.request maps ${mapped.length} (${mapped.join(", ")})`;
}

function shortened(faults: readonly PolicyFault[]): readonly PolicyFault[] {
  const [first] = faults;
  if (first === undefined || faults.length <= MAX_FAULTS) return faults;
  const message = `and ${faults.length - MAX_FAULTS} further faults`;
  return [...faults.slice(0, MAX_FAULTS), { file: first.file, line: 0, message }];
}
