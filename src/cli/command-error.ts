// Why a command did nothing, and how it says so: a code for programs, words for people, exit code 2.
import { harmless } from "./format-text.ts";

export const EXIT_UNUSABLE = 2;

export interface Fault {
  readonly code: string;
  /** A line, or a line for each fault of a file. */
  readonly message: string;
}

export class CommandError extends Error implements Fault {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
    this.code = code;
  }
}

/** On standard error. A fault of the config begins with its file, as `weir check` says it. */
export function tellFault({ code, message }: Fault, isJson: boolean): void {
  const words = message.split("\n").map(harmless).join("\n");
  const line = code === "bad_config" ? words : `weir: ${words}`;
  process.stderr.write(`${isJson ? JSON.stringify({ ok: false, code, message }) : line}\n`);
}

/** Runs a command; what keeps it from its work is told. */
export async function tellingFaults(isJson: boolean, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (!(thrown instanceof CommandError)) throw thrown;
    process.exitCode = EXIT_UNUSABLE;
    tellFault(thrown, isJson);
  }
}
