// Which policy a command asks: its files by options, by a config, or as a folder has them.
import { dirname, join, resolve } from "node:path";
import { buildPolicy } from "../../config/build.ts";
import { DEFAULTS } from "../../config/defaults.ts";
import { type Fault, formatFault } from "../../config/fault.ts";
import { loadSection } from "../../config/load.ts";
import { blaming } from "../../control/policy/policy-files.ts";
import { readPolicySource } from "../../control/policy/policy-source.ts";
import type { CheckedPolicy } from "../../policy/engine.ts";
import { loadPolicy } from "../../policy/load.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { faultText, type PolicyFault, type PolicySource } from "../../policy/source.ts";

export interface PolicyFileOptions {
  readonly config?: string;
  readonly model?: string;
  readonly rules?: string;
  readonly context?: string;
}

export interface PolicyInput {
  readonly source: PolicySource;
  readonly snapshot: PolicySnapshot;
  /** Model, rules and roles, for whoever asks more than a decision. */
  readonly policy: CheckedPolicy;
  /** What fills the fields of a request, where a config says it. */
  readonly request: readonly string[] | null;
}

/** With its key, where a config names the file. */
export type InputFault = PolicyFault & Partial<Pick<Fault, "keyPath">>;

/** Ends a command with faults to print and exit code 2. */
export class UnusableError extends Error {
  readonly faults: readonly InputFault[];

  constructor(faults: readonly InputFault[]) {
    super("unusable");
    this.faults = faults;
  }
}

export function inputFaultText({ keyPath, ...fault }: InputFault): string {
  return keyPath === undefined ? faultText(fault) : formatFault({ ...fault, keyPath });
}

/** What an option, a config or a folder says: nothing of it has been opened. */
export interface NamedFiles {
  readonly model: string;
  readonly rules: string;
  /** Where recorded requests are saved as cases; beside it may be a folder of more. */
  readonly cases: string;
  /** The fields of a request, where a config says them. */
  readonly request: readonly string[] | null;
  readonly context: string;
}

/** Throws UnusableError. */
export function namedFiles(dir: string, { config }: PolicyFileOptions): NamedFiles {
  return config === undefined ? inFolder(dir) : inConfig(config);
}

/** Rejects with UnusableError. */
export async function loadInput(dir: string, options: PolicyFileOptions): Promise<PolicyInput> {
  const named = namedFiles(dir, options);
  const { model = named.model, rules = named.rules, context = named.context } = options;
  const source = readPolicySource({ model, rules, context });
  const isOfConfig = named.request !== null && model === named.model && rules === named.rules;
  const blame = isOfConfig ? blaming(named) : (fault: PolicyFault) => fault;
  if ("message" in source) throw new UnusableError([blame(source)]);
  const result = await loadPolicy(source, named);
  if (!result.ok) throw new UnusableError(result.faults.map(blame));
  const { snapshot, policy } = result;
  return { source, snapshot, policy, request: named.request };
}

function inFolder(folder: string): NamedFiles {
  return {
    model: join(folder, "model.conf"),
    rules: join(folder, "policy.csv"),
    cases: join(folder, DEFAULTS.policy_cases),
    request: null,
    context: "",
  };
}

/** Only the section policy: deciding needs none of the config's secrets. */
function inConfig(file: string): NamedFiles {
  const section = loadSection(file, "policy", process.env);
  if (!section.ok) throw new UnusableError(section.faults);
  if (section.value === undefined) {
    const message = "is missing, so nothing is enforced; add policy: { model: FILE, rules: FILE }";
    throw new UnusableError([{ file, line: 1, keyPath: "policy", message }]);
  }
  const { model, rules, cases, request, context } = buildPolicy(
    section.value,
    dirname(resolve(file)),
  );
  return { model, rules, cases, request, context };
}
