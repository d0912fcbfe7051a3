// The tests that mostly wait, for certificates to end, processes to die, clients to be too slow: apart, so that `npm test` stays quick.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.slow.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 40_000,
    maxWorkers: 3,
  },
});
