// Commands whose output is a value: what is taken, and how each way to fail is told without the output.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runForValue } from "../../src/config/exec-reference.ts";
import { resolveReferences } from "../../src/config/references.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-exec-"));
  const scripts = {
    "print.mjs": "console.log(' a secret ' + process.argv.slice(2).join())",
    "count.mjs": `import { appendFileSync } from "node:fs"; appendFileSync("runs", "x"); console.log("once")`,
    "fail.mjs": "console.log('SECRET'); console.error('SECRET'); process.exit(3)",
    "much.mjs": "process.stdout.write('SECRET'.repeat(20000))",
    "slow.mjs": "console.log('SECRET'); setTimeout(() => {}, 60000)",
    "stdin.mjs": "process.stdin.on('data', () => {}).on('end', () => console.log('closed'))",
    "nothing.mjs": "console.log('  ')",
  };
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, name), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function resolved(text: string): unknown {
  const { root, findings } = resolveReferences({ key: text }, folder, {});
  expect(JSON.stringify(findings)).not.toContain("SECRET");
  const [finding] = findings;
  return finding === undefined ? root : finding.message;
}

test.each<[text: string, outcome: unknown]>([
  ["${exec:node print.mjs}", { key: "a secret" }],
  ["Bearer ${exec: node  print.mjs }!", { key: "Bearer a secret!" }],
  ["${exec:node stdin.mjs}", { key: "closed" }],
  ["${exec:node print.mjs $HOME `id` ; id | id}", { key: "a secret $HOME,`id`,;,id,|,id" }],
  ["${exec:}", "${exec:COMMAND} needs a command"],
  ["${exec:no-such-program-here x}", /^the command no-such-program-here can't be run/],
  ["${exec:node fail.mjs}", "the command node failed with exit code 3"],
  ["${exec:node much.mjs}", "the command node printed more than 64 KiB"],
  ["${exec:node nothing.mjs}", "the command node printed nothing"],
])("%s", (text, outcome) => {
  const seen = resolved(text);
  if (outcome instanceof RegExp) expect(seen).toMatch(outcome);
  else expect(seen).toEqual(outcome);
});

test("one that hangs is ended in time", () => {
  const problem = "the command node took longer than 50 ms";
  expect(runForValue("node slow.mjs", folder, 50)).toEqual({ problem });
});

test("a command that stands there twice runs once for a load", () => {
  const { root } = resolveReferences(
    ["${exec:node count.mjs}", "${exec:node count.mjs}"],
    folder,
    {},
  );
  expect(root).toEqual(["once", "once"]);
  expect(resolved("${file:runs}")).toEqual({ key: "x" });
  // A reload runs it anew: what a vault rotated is taken up.
  expect(resolved("${exec:node count.mjs}")).toEqual({ key: "once" });
  expect(resolved("${file:runs}")).toEqual({ key: "xx" });
});
