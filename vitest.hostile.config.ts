// Runs the fuzz targets at length, then the comparisons with other servers' parsers, which need nginx and HAProxy.
import { defineConfig } from "vitest/config";

const FUZZ = ["test/hostile/fuzz-*.test.ts", "test/downstream/llhttp.test.ts"];

export default defineConfig({
  test: {
    setupFiles: ["test/support/seed.ts"],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: { name: "fuzz", include: FUZZ, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: "servers",
          include: ["test/hostile/**/*.test.ts"],
          exclude: FUZZ,
          // Halts of a process would look like differences.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
