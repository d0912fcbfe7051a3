// What must not be loaded at a start: a second HTTP client, which Node has and weir does not use.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "..", "..", "src");

/** Names of Node's own modules that loading a file of weir loads. */
function loadedBy(file: string): string {
  const path = JSON.stringify(join(SRC, file));
  const code = `import(${path}).then(() => { console.log(process.moduleLoadList.join()); process.exit(); })`;
  return execFileSync(process.execPath, ["--eval", code], { encoding: "utf8" });
}

test.each(["proxy/worker.ts", "app/start-control.ts", "store/embedded/http.ts"])(
  "%s loads no undici",
  (file) => {
    const loaded = loadedBy(file);
    expect(loaded).toMatch(/NativeModule http\b/);
    expect(loaded).not.toContain("undici");
  },
);
