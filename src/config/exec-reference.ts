// The output of a command as a value, for secrets that a vault's client prints.
import { spawnSync, type SpawnSyncReturns } from "node:child_process";

export type ExecResult = { readonly value: string } | { readonly problem: string };

/** What is waited for holds up a start and a reload. */
const TIMEOUT_MS = 5000;
/** Secrets are short; more is a wrong command. */
const MAX_BYTES = 65_536;

/**
 * Runs `command` in `folder`: words separated by blanks, taken as they are, since no shell looks at them.
 * Its output without blanks at the ends; what it says on stderr is for nobody, it may hold the secret.
 */
export function runForValue(
  command: string,
  folder: string,
  timeoutMs: number = TIMEOUT_MS,
): ExecResult {
  const [name = "", ...args] = command.trim().split(/\s+/);
  if (name === "") return { problem: "${exec:COMMAND} needs a command" };
  const ran = spawnSync(name, args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    maxBuffer: MAX_BYTES,
  });
  const fault = faultOf(ran) ?? `took longer than ${timeoutMs} ms`;
  return fault === "" ? { value: ran.stdout.trim() } : { problem: `the command ${name} ${fault}` };
}

/** "": there is a value; undefined: it took too long. */
function faultOf({ error, status, signal, stdout }: SpawnSyncReturns<string>): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: string };
  if (code === "ETIMEDOUT") return undefined;
  if (code === "ENOBUFS") return "printed more than 64 KiB";
  if (error !== undefined) return "can't be run; it must be a program in PATH or a path";
  if (status !== 0) return `failed with ${signal ?? `exit code ${status}`}`;
  return stdout.trim() === "" ? "printed nothing" : "";
}
