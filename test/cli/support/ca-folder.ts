// An empty folder for each test of a file, and `weir ca` in it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import { weirInProcess } from "./in-process.ts";
import type { Ended } from "./weir.ts";

export interface CaFolder {
  /** Path of what is in it; without names its own. */
  readonly at: (...names: readonly string[]) => string;
  readonly ca: (...args: readonly string[]) => Promise<Ended>;
}

/** For the top of a test file; the clock is the real one again after each test. */
export function useCaFolder(): CaFolder {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "weir-ca-"));
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });
  return {
    at: (...names) => join(folder, ...names),
    ca: (...args) => weirInProcess(["ca", ...args], folder),
  };
}
