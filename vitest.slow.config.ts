// The tests that wait for certificates to end, processes to die, clients to be too slow, or that drive whole processes at length: apart, so that `npm test` stays quick.
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.slow.test.ts"],
    globalSetup: ["test/support/run-folder.ts"],
    // As npm's scripts say it: what tests start compiles nothing anew.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/weir") },
    // These only tell what hangs: a busy machine may take a minute for what takes a second otherwise.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: 4,
    // A process for each file would have to load them all anew.
    isolate: false,
  },
});
