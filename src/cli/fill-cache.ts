// Entry of `npm run build:cache`: compiles all of weir into the compile cache, so that the first start
// after an install is as fast as the others. Node keeps what is loaded here when this process ends.
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const SRC = join(import.meta.dirname, "..");
/** They begin to work, or wait for somebody, when they are loaded. */
const ENTRIES = [
  "main.ts",
  "cli/fill-cache.ts",
  "cli/demo/service.ts",
  "cli/demo/traffic.ts",
  "collector/receiver-thread.ts",
  "control/policy/explain-thread.ts",
];

for (const file of globSync("**/*.ts", { cwd: SRC, exclude: ENTRIES })) {
  await import(pathToFileURL(join(SRC, file)).href);
}
