// Runs everything under test/ except what waits long, tests that need other programs, and the benchmarks.
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.slow.test.ts", "test/browser/**", "test/hostile/**", "test/bench/**"],
    globalSetup: ["test/support/run-folder.ts"],
    setupFiles: ["test/support/seed.ts"],
    // As npm's scripts say it: what tests start compiles nothing anew.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/weir") },
    // These only tell what hangs: a busy machine may take a minute for what takes a second otherwise.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // Two more than cores: tests of whole processes mostly wait for them.
    maxWorkers: 4,
    // A process for each file, with its imports, would cost more than most of them.
    isolate: false,
  },
});
