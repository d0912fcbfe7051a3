// README.md against the code: its tables, its commands, the files it names.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { README, tableIn, TABLES, withTables } from "./support/readme-tables.ts";

const text = readFileSync(README, "utf8");
const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

describe("README.md", () => {
  test.each(Object.entries(TABLES))("has the %s table as the code has it", (name, make) => {
    expect(tableIn(text, name)).toBe(make());
  });

  test("names only npm scripts that exist", () => {
    const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, script]) => script ?? "");
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });

  test("links only to files that exist", () => {
    const linked = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? "");
    expect(linked.length).toBeGreaterThan(3);
    expect(linked.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("the comparison bites", () => {
    const stale = text.replace("`no_route` | 404", "`no_route` | 405");
    expect(stale).not.toBe(text);
    expect(tableIn(stale, "errors")).not.toBe(TABLES["errors"]?.());
    expect(withTables(stale)).toBe(text);
  });
});
