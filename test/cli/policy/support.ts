// Runs `weir policy ...` in a process of its own, from the root of the repository.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Ran {
  readonly status: number | null;
  readonly out: string;
}

export function weirPolicy(args: readonly string[], input = ""): Ran {
  const { status, stdout } = spawnSync(process.execPath, ["src/main.ts", "policy", ...args], {
    cwd: ROOT,
    encoding: "utf8",
    input,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return { status, out: stdout };
}
