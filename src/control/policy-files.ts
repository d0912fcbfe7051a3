// Reads a policy's two files into plain data, as one moment sees them.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Config } from "../config/config.ts";
import { compileRequestFields } from "../policy/request-fields.ts";
import { faultText, type PolicySource } from "../policy/source.ts";

/** A policy that was checked whole; null where none is configured. */
export interface CheckedPolicy {
  readonly source: PolicySource;
  readonly revision: string;
  /** Number of rules, role links included. */
  readonly rules: number;
}

export type PolicyCheck =
  | { readonly ok: true; readonly policy: CheckedPolicy | null }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Never throws: a file that can't be read is a fault like any other. */
export async function checkPolicyFiles({ policy: options }: Config): Promise<PolicyCheck> {
  if (options === null) return { ok: true, policy: null };
  const fields = compileRequestFields(options.request);
  if (!fields.ok) return fields;
  const source = readSource(options.model, options.rules);
  if (typeof source === "string") return { ok: false, faults: [source] };
  // Only where there is a policy: weir should listen soon.
  const { loadPolicy } = await import("../policy/load.ts");
  const load = await loadPolicy(source, options);
  if (!load.ok) return { ok: false, faults: load.faults.map(faultText) };
  const { revision, rules } = load.snapshot;
  return { ok: true, policy: { source, revision, rules } };
}

function readSource(model: string, rules: string): PolicySource | string {
  try {
    return {
      modelText: readFileSync(model, "utf8"),
      modelFile: shown(model),
      rulesText: readFileSync(rules, "utf8"),
      rulesFile: shown(rules),
    };
  } catch (thrown) {
    const error = thrown as NodeJS.ErrnoException;
    return `${shown(error.path ?? rules)}:1: can't be read (${error.code ?? "unknown error"})`;
  }
}

/** Relative where that is shorter: rows and messages show it. */
function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") || short === "" ? file : short;
}
