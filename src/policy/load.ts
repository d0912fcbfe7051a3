// From a policy's texts to a snapshot, or to the list of everything that is wrong with them.
import { messageOf } from "../core/errors.ts";
import { checkPolicy } from "./check.ts";
import { createCompiledEngine, isCompilable } from "./compiled-engine.ts";
import type { CheckedPolicy, PolicyEngine } from "./engine.ts";
import { MAX_FAULTS } from "./limits.ts";
import { readModel } from "./model-text.ts";
import { createRolePath } from "./role-path.ts";
import { readRules } from "./rules-text.ts";
import { createSnapshot, type PolicySnapshot } from "./snapshot.ts";
import { revisionOf, type PolicyFault, type PolicySource, type ReportFault } from "./source.ts";

export interface LoadOptions {
  /** What fills the model's r, in tuple order; checked against it. null: tuples come ready-made. */
  readonly request: readonly string[] | null;
  /** Decisions a snapshot remembers; 0: none. Default 8192. */
  readonly remembered?: number;
}

export type PolicyLoad =
  | { readonly ok: true; readonly snapshot: PolicySnapshot; readonly policy: CheckedPolicy }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

const REMEMBERED = 8192;

/**
 * Checked whole before anything changes hands: a new snapshot, or faults and nothing else, so the
 * caller goes on with the last good one (S2, S3). Never rejects.
 */
export async function loadPolicy(source: PolicySource, options: LoadOptions): Promise<PolicyLoad> {
  const faults: PolicyFault[] = [];
  const policy = readPolicy(source, options, faults);
  if (policy === null || faults.length > 0) return { ok: false, faults: shortened(faults) };
  const { model, rules, links } = policy;
  try {
    const snapshot = createSnapshot({
      revision: revisionOf(source),
      rules: [...links.values()].reduce((sum, each) => sum + each.length, rules.length),
      arity: model.request.length,
      engine: await engineFor(policy),
      rolePathOf: await createRolePath(policy),
      remembered: options.remembered ?? REMEMBERED,
    });
    return { ok: true, snapshot, policy };
  } catch (error) {
    const message = `this policy can't be built: ${messageOf(error)}`;
    return { ok: false, faults: [{ file: source.modelFile, line: 0, message }] };
  }
}

/** Casbin takes long to load, so that is left to the policies that only casbin can decide. */
async function engineFor(policy: CheckedPolicy): Promise<PolicyEngine> {
  if (isCompilable(policy)) return createCompiledEngine(policy);
  const { createCasbinEngine } = await import("./casbin-engine.ts");
  return createCasbinEngine(policy);
}

/** Reads and checks both texts; what is found wrong is added to `faults`. */
function readPolicy(
  source: PolicySource,
  { request }: LoadOptions,
  faults: PolicyFault[],
): CheckedPolicy | null {
  const inFile =
    (file: string): ReportFault =>
    (line, message) =>
      void faults.push({ file, line, message });
  const onModel = inFile(source.modelFile);
  const onRules = inFile(source.rulesFile);
  const model = readModel(source.modelText, onModel, source.context);
  const rules = readRules(source.rulesText, source.rulesFile, onRules);
  if (model === null) return null;
  if (request !== null && model.request.length !== request.length) {
    onModel(model.requestLine, arityMessage(model.request, request));
  }
  return checkPolicy(model, rules, { onModel, onRules });
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
