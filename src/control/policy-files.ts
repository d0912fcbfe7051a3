// Reads a policy's two files into plain data, as one moment sees them.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Config } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { PolicyFiles, PolicyOptions } from "../policy/options.ts";
import type { PolicyFault, PolicySource } from "../policy/source.ts";

/** A policy that was checked whole; null where none is configured. */
export interface CheckedPolicy {
  readonly source: PolicySource;
  readonly revision: string;
  /** Number of rules, role links included. */
  readonly rules: number;
}

export type PolicyCheck =
  | { readonly ok: true; readonly policy: CheckedPolicy | null }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const EMPTY = "is empty; write rules, or a comment that says why there are none";

/** The policy that is enforced. Never throws: a file that can't be read is a fault like any other. */
export async function checkPolicyFiles({ policy }: Config): Promise<PolicyCheck> {
  if (policy === null) return { ok: true, policy: null };
  return checkSource(readFilled(policy), policy, blaming(policy));
}

/** Its candidate, which is asked about the same requests; the same of it. */
export async function checkShadowFiles({ policy }: Config): Promise<PolicyCheck> {
  if (policy === null || policy.shadow === null) return { ok: true, policy: null };
  const { shadow } = policy;
  return checkSource(readFilled(shadow), policy, blaming(shadow, "policy.shadow"));
}

/** Whether a policy that was sound is so under these options, too. */
export async function fits({ source }: CheckedPolicy, options: PolicyOptions): Promise<boolean> {
  const { loadPolicy } = await import("../policy/load.ts");
  return (await loadPolicy(source, options)).ok;
}

async function checkSource(
  source: PolicySource | PolicyFault,
  options: PolicyOptions,
  blame: (fault: PolicyFault) => Fault,
): Promise<PolicyCheck> {
  if ("message" in source) return { ok: false, faults: [blame(source)] };
  // Only where there is a policy: weir should listen soon.
  const { loadPolicy } = await import("../policy/load.ts");
  const load = await loadPolicy(source, options);
  if (!load.ok) return { ok: false, faults: load.faults.map(blame) };
  const { revision, rules } = load.snapshot;
  return { ok: true, policy: { source, revision, rules } };
}

/** Somebody is about to write an empty file, or lost what was in it: nobody wishes so to deny everybody. */
function readFilled(files: PolicyFiles): PolicySource | PolicyFault {
  const source = readPolicySource(files);
  if ("message" in source || source.rulesText.trim() !== "") return source;
  return { file: source.rulesFile, line: 1, message: EMPTY };
}

/** Both texts, or why one can't be had. */
export function readPolicySource(files: PolicyFiles): PolicySource | PolicyFault {
  const { model, rules, context = "" } = files;
  const names = { modelFile: shown(model), rulesFile: shown(rules) };
  const chosen = context === "" ? {} : { context };
  try {
    const modelText = readFileSync(model, "utf8");
    return { ...names, ...chosen, modelText, rulesText: readFileSync(rules, "utf8") };
  } catch (thrown) {
    const { path = rules, code = "unknown error" } = thrown as NodeJS.ErrnoException;
    const message = `can't be read (${code}); name a file that can`;
    return { file: shown(path), line: 1, message };
  }
}

/** What is wrong with these files, with the key of the config that names the one. */
export function blaming({ model }: PolicyFiles, key = "policy"): (fault: PolicyFault) => Fault {
  return ({ file, line, message }) => ({
    file,
    line: Math.max(1, line),
    keyPath: `${key}.${file === shown(model) ? "model" : "rules"}`,
    message,
  });
}

/** Relative where that is shorter: rows and messages show it. */
function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") || short === "" ? file : short;
}
