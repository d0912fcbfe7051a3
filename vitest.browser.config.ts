// Runs the tests of the web UI in a real Chromium; they need `npm run build:ui` before.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/support/run-folder.ts"],
    // These only tell what hangs: a busy machine may take a minute for what takes a second otherwise.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: 1,
  },
});
