// The output of a command as a value, for secrets that a vault's client prints.
import { spawnSync } from "node:child_process";

export type ExecResult = { readonly value: string } | { readonly problem: string };

const TIMEOUT_MS = 5000;
/** Secrets are short; more is a wrong command. */
const MAX_BYTES = 65_536;

/**
 * Runs `command` in `folder`: words separated by blanks, taken as they are, since no shell looks at them.
 * Its output without blanks at the ends; what it says on stderr is for nobody, it may hold the secret.
 */
export function runForValue(command: string, folder: string): ExecResult {
  const [name = "", ...args] = command.trim().split(/\s+/);
  if (name === "") return { problem: "${exec:COMMAND} needs a command" };
  const { error, status, signal, stdout } = spawnSync(name, args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
    maxBuffer: MAX_BYTES,
  });
  const fault = (why: string): ExecResult => ({ problem: `the command ${name} ${why}` });
  const { code } = (error ?? {}) as { readonly code?: string };
  if (code === "ETIMEDOUT") return fault(`took longer than ${TIMEOUT_MS} ms`);
  if (code === "ENOBUFS") return fault("printed more than 64 KiB");
  if (error !== undefined) return fault("can't be run; it must be a program in PATH or a path");
  if (status !== 0) return fault(`failed with ${signal ?? `exit code ${status}`}`);
  const value = stdout.trim();
  return value === "" ? fault("printed nothing") : { value };
}
