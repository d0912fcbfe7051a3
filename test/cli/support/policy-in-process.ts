// `weir policy` in the test's own process, for tests that ask often: a start costs more than an answer.
import { vi } from "vitest";
import { policyCommand } from "../../../src/cli/policy.ts";
import type { Ended } from "./weir.ts";

/** Not for wrong usage, which ends the process. */
export async function policyInProcess(args: readonly string[]): Promise<Ended> {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const written = (spy: typeof out): string =>
    spy.mock.calls.map(([text]) => String(text)).join("");
  try {
    await policyCommand().parseAsync(args, { from: "user" });
    return { status: Number(process.exitCode ?? 0), out: written(out), err: written(err) };
  } finally {
    process.exitCode = undefined;
    out.mockRestore();
    err.mockRestore();
  }
}
