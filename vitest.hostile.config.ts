// Runs the comparisons with other servers' parsers, at length; they need nginx and HAProxy.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/hostile/**/*.test.ts", "test/downstream/llhttp.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
