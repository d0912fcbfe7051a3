// README.md on the collector: every piece of config that it shows is one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const section = /## Collector\n([\s\S]*?)\n## /.exec(README)?.[1] ?? "";
const blocks = [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? "");
const folder = mkdtempSync(join(tmpdir(), "weir-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("there are some", () => {
  expect(blocks.length).toBeGreaterThan(2);
});

test.each(blocks.map((yaml, at) => [at, yaml] as const))("block %i", (_, yaml) => {
  const file = join(folder, "weir.yaml");
  const rest = `services: { a: { endpoints: ["http://127.0.0.1:1"] } }\nroutes: [{ name: r, service: a }]\n`;
  writeFileSync(file, yaml + rest);
  const loaded = loadConfig(file, { OTLP_KEY: "a-secret-of-your-senders" });
  expect(loaded.ok ? [] : loaded.faults).toEqual([]);
});
