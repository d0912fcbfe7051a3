// Runs the tests of the web UI in a real Chromium; they need `npm run build:ui` before.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    // A busy machine may take seconds for what takes 100 ms otherwise.
    expect: { poll: { timeout: 10_000 } },
  },
});
