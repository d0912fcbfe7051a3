// SECURITY.md against the code: its table of paths, the files it names.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WeirError } from "../../src/core/errors.ts";
import { PATH_FORMS } from "../../src/core/normal-path.ts";
import { readTarget } from "../../src/proxy/path.ts";

const ROOT = join(import.meta.dirname, "../..");
const text = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
describe.each([
  { name: "paths", allowed: [], least: 28 },
  { name: "allowed paths", allowed: PATH_FORMS, least: 12 },
])("the table of $name", ({ name, allowed, least }) => {
  const [, table = ""] = new RegExp(`<!-- ${name} -->(.*)<!-- /${name} -->`, "s").exec(text) ?? [];
  const rows = [...table.matchAll(/^\| `([^`]+)` \| (?:`([^`]+)`|400) \|/gm)];

  it("has a row for each kind of path", () => expect(rows.length).toBeGreaterThanOrEqual(least));

  it.each(rows.map(([, sent = "", normal = "400"]) => [sent, normal]))("%s: %s", (sent, normal) => {
    const read = (): string => readTarget(sent, "GET", allowed).path;
    if (normal === "400") expect(read).toThrow(WeirError);
    else expect(read()).toBe(normal);
  });
});

it("names only files that exist", () => {
  const named = [...text.matchAll(/`((?:test|src)\/[\w./-]+)`/g)].map(([, file = ""]) => file);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
