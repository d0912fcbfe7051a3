// What all `weir ca` commands share: the folder, the exit code, and how faults are printed.
import type { Command } from "commander";
import { CaError } from "../../ca/ca-error.ts";
import { EXIT_UNUSABLE, tellFault } from "../command-error.ts";
import { harmless } from "../format-text.ts";

export interface CaOptions {
  readonly dir: string;
  readonly json?: true;
}

/** What a command did, for programs and for people. */
export interface Told {
  readonly json: object;
  readonly lines: readonly string[];
}

export function withFolder(command: Command): Command {
  return command
    .option("--dir <folder>", "the folder of the CA", ".weir/ca")
    .option("--json", "print JSON");
}

/** Runs a command; what keeps it from its work is said on standard error. */
export async function telling(options: CaOptions, act: () => Promise<Told>): Promise<void> {
  const isJson = options.json === true;
  try {
    tell(await act(), isJson);
  } catch (thrown) {
    if (!(thrown instanceof CaError)) throw thrown;
    process.exitCode = EXIT_UNUSABLE;
    tellFault(thrown, isJson);
  }
}

export function tell({ json, lines }: Told, isJson: boolean): void {
  const printed = isJson ? [JSON.stringify({ ok: true, ...json })] : lines.map(harmless);
  process.stdout.write(printed.map((line) => `${line}\n`).join(""));
}

/** Of milliseconds since the epoch: "2026-11-23 09:30:00 UTC". */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
