// An install compiles all of weir: a file that can't be loaded by itself would make it fail.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

it("loads every file that is no entry, and keeps what was compiled", () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-cache-"));
  try {
    const env = { ...process.env, NODE_COMPILE_CACHE: folder };
    execFileSync(process.execPath, ["src/cli/fill-cache.ts"], { env, stdio: "pipe" });
    expect(readdirSync(folder)).not.toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
