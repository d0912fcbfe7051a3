// A file of rules for the admin side: what it may say, and what keeps it from being taken.
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadAdminRoles } from "../../src/control/admin-roles.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-roles-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

async function load(text: string, role = "deployer") {
  const rules = join(folder, `${++files}.csv`);
  writeFileSync(rules, text);
  return loadAdminRoles({ rules, tokens: [{ token: "", name: "ci", role }], certificates: [] });
}

test("own roles do what their rules say, and nothing else does anything", async () => {
  const check = await load(
    "p, deployer, /api/v1/reload, POST\np, reader, /api/v1/*, GET\ng, deployer, reader\n",
  );
  if (!check.ok) throw new Error(JSON.stringify(check.faults));
  const { snapshot, names } = check.roles;
  expect(names.toSorted()).toEqual(["deployer", "reader"]);
  const effect = (...tuple: string[]): string => snapshot.decide(tuple).effect;
  expect(effect("deployer", "/api/v1/reload", "POST")).toBe("allow");
  expect(effect("deployer", "/api/v1/status", "GET")).toBe("allow");
  expect(effect("reader", "/api/v1/reload", "POST")).toBe("deny");
  // Built-in rules are gone: the way back is this file, which is read again when it changes.
  expect(effect("owner", "/api/v1/reload", "POST")).toBe("deny");
});

test.each<[what: string, text: string, words: RegExp]>([
  ["is empty", "", /is empty/],
  ["leaves out a column", "p, deployer, /api/v1/reload\n", /1 .*not 2/],
  ["denies, which the model knows not", "p, deployer, /api/v1/*, GET, deny\n", /not 4/],
  [
    "knows no such role",
    "p, reader, /api/v1/*, GET\n",
    /no rule knows the role deployer .* reader/,
  ],
  [
    "says a thing twice",
    "p, deployer, /api/v1/*, GET\np, deployer, /api/v1/*, GET\n",
    /same rule|never decides|already/i,
  ],
])("a file that %s is refused: %j", async (_what, text, words) => {
  const check = await load(text);
  expect(check.ok).toBe(false);
  if (!check.ok) {
    expect(check.faults.map(({ keyPath }) => keyPath)).toContain("admin.rules");
    expect(check.faults.map(({ line, message }) => `${line} ${message}`).join("\n")).toMatch(words);
  }
});

test("a file that is not there, or never ends, is refused", async () => {
  for (const rules of [join(folder, "missing.csv"), "/dev/zero", folder]) {
    const check = await loadAdminRoles({ rules, tokens: [], certificates: [] });
    expect(check.ok).toBe(false);
  }
});
