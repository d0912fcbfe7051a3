// Runs the comparisons with other servers' parsers, which need nginx and HAProxy, and the fuzz targets, at length.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/hostile/**/*.test.ts", "test/downstream/llhttp.test.ts"],
    setupFiles: ["test/support/seed.ts"],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
  },
});
