// What all `weir policy` commands share: their file options, exit codes, and how faults are printed.
import type { Command } from "commander";
import { type InputFault, inputFaultText, type PolicyFileOptions, UnusableError } from "./input.ts";

export const EXIT_FINDING = 1;
export const EXIT_UNUSABLE = 2;

export interface FileOptions extends PolicyFileOptions {
  readonly json?: true;
}

export function withFiles(command: Command): Command {
  return command
    .option("-c, --config <file>", "model, rules and request fields as this config names them")
    .option(
      "--model <file>",
      "the casbin model; default: the config's, or model.conf in the folder",
    )
    .option("--rules <file>", "the rules; default: the config's, or policy.csv in the folder")
    .option(
      "--context <name>",
      "which definitions decide: 2 for r2, p2, e2 and m2, or r2,p,e,m2; default: the config's, or r, p, e, m",
    )
    .option("--json", "print JSON");
}

/** Runs a command; faults are what it prints if it can't answer. */
export async function answering(
  { json }: { readonly json?: true },
  answer: () => Promise<void>,
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof UnusableError)) throw error;
    process.exitCode = EXIT_UNUSABLE;
    if (json) print(JSON.stringify({ ok: false, faults: error.faults.map(asJson) }));
    else for (const fault of error.faults) print(inputFaultText(fault));
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function asJson({ keyPath, ...fault }: InputFault): object {
  return keyPath === undefined ? fault : { ...fault, key_path: keyPath };
}
