// A folder for what the processes of one run of vitest share; gone when the run ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NAME = "WEIR_TEST_RUN";

/** undefined outside of such a run. */
export function runFolder(): string | undefined {
  return process.env[NAME];
}

/** For vitest's globalSetup. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "weir-run-"));
  process.env[NAME] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
