// Runs everything under test/ except what waits long, tests that need other programs, and the benchmarks.
import { defineConfig } from "vitest/config";

const REST = ["test/**/*.slow.test.ts", "test/browser/**", "test/hostile/**", "test/bench/**"];
/** Their tests keep nothing in the process; one of its own for each file costs more than most of them. */
const SHARING = [
  "admin",
  "balancer",
  "collector",
  "config",
  "contract",
  "core",
  "downstream",
  "identity",
  "policy",
  "proxy",
  "statistics",
  "telemetry",
  "upstream",
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    setupFiles: ["test/support/seed.ts"],
    // These only tell what hangs: a busy machine may take a minute for what takes a second otherwise.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // One more than cores: tests of whole processes mostly wait for them.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: "sharing", include: SHARING, exclude: REST, isolate: false } },
      {
        extends: true,
        test: { name: "own", include: ["test/**/*.test.ts"], exclude: [...REST, ...SHARING] },
      },
    ],
  },
});
