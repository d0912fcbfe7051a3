// The command line in the test's own process: a start of one costs more than most answers.
import { vi } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import type { Ended } from "./weir.ts";

/** One at a time. Not for what reads standard input, waits for signals or goes on. */
export async function weirInProcess(
  args: readonly string[],
  cwd: string = process.cwd(),
): Promise<Ended> {
  const home = process.cwd();
  const out = listen(process.stdout);
  const err = listen(process.stderr);
  process.chdir(cwd);
  try {
    await runCommandLine(["node", "weir", ...args]);
    return { status: Number(process.exitCode ?? 0), out: out.text(), err: err.text() };
  } finally {
    process.exitCode = undefined;
    process.chdir(home);
    out.end();
    err.end();
  }
}

export function weirPolicy(args: readonly string[]): Promise<Ended> {
  return weirInProcess(["policy", ...args]);
}

function listen(stream: NodeJS.WriteStream): {
  readonly text: () => string;
  readonly end: () => void;
} {
  let text = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk, ...rest: unknown[]) => {
    text += String(chunk);
    const written = rest.at(-1);
    if (typeof written === "function") written();
    return true;
  });
  return { text: () => text, end: () => spy.mockRestore() };
}
