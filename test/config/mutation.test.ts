// Any damage to a good config gives a config or faults with true lines: never a throw, never a secret.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "weir-mutation-"));
const SECRET = "s3cret-0f-the-test";
const GOOD = readFileSync(
  join(import.meta.dirname, "../fixtures/config/everything.yaml"),
  "utf8",
).split("\n=====\n")[0]!;

afterAll(() => rmSync(FOLDER, { recursive: true }));

const damage = fc.record({
  at: fc.nat(GOOD.length),
  removed: fc.integer({ min: 0, max: 40 }),
  added: fc.constantFrom(
    "",
    " ",
    "\n",
    "\t",
    ":",
    "- ",
    "[",
    "}",
    '"',
    "&a ",
    "*a",
    "!x",
    "null",
    "0",
    "\u0000",
    "😀",
  ),
});

test("no damage makes it throw, tell a secret or lie about lines", () => {
  const file = join(FOLDER, "weir.yaml");
  writeFileSync(join(FOLDER, "token.txt"), SECRET);
  let faulty = 0;
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
      const text = damages.reduce(
        (before, { at, removed, added }) =>
          before.slice(0, at) + added + before.slice(at + removed),
        GOOD,
      );
      writeFileSync(file, text);
      const result = loadConfig(file, { CH_PASSWORD: SECRET });
      if (result.ok) return;
      faulty++;
      expect(result.faults.length).toBeGreaterThan(0);
      expect(JSON.stringify(result.faults)).not.toContain(SECRET);
      const lines = result.faults.map((fault) => fault.line);
      expect(Math.max(...lines)).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
      expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
  expect(faulty).toBeGreaterThan(100);
});
