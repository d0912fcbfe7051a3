// House rules no linter knows: what a file begins with, and what a dependency needs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listSources } from "./support/imports.ts";

const ROOT = join(import.meta.dirname, "..");
const SRC = join(ROOT, "src");
const MAX_RUNTIME_DEPENDENCIES = 13;

type Sources = Readonly<Record<string, string>>;

/** Files whose first line, after a shebang, is no comment that says what they are for. */
function withoutPurpose(sources: Sources): string[] {
  return Object.keys(sources).filter(
    (file) => !/^(?:#!.*\n)?\/\/ \S.{15,}/.test(sources[file] ?? ""),
  );
}

function withDefaultExport(sources: Sources): string[] {
  const pattern = /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bas\s+default\b/m;
  return Object.keys(sources).filter((file) => pattern.test(sources[file] ?? ""));
}

/** Dependencies that a text does not name as `name`. */
function unexplained(dependencies: readonly string[], text: string): string[] {
  return dependencies.filter((name) => !text.includes(`\`${name}\``));
}

function runtimeDependencies(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly dependencies: Record<string, string>;
    readonly optionalDependencies?: Record<string, string>;
  };
  return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
}

describe("src/", () => {
  const files = listSources(SRC);
  const sources = Object.fromEntries(
    files.map((file) => [file, readFileSync(join(SRC, file), "utf8")]),
  );

  test("was read at all", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test("says in each file's first line what it is for", () => {
    expect(withoutPurpose(sources)).toEqual([]);
  });

  test("has no default exports", () => {
    expect(withDefaultExport(sources)).toEqual([]);
  });
});

describe("runtime dependencies", () => {
  test(`are at most ${MAX_RUNTIME_DEPENDENCIES}`, () => {
    expect(runtimeDependencies().length).toBeLessThanOrEqual(MAX_RUNTIME_DEPENDENCIES);
  });

  test("are each named in README.md, in backquotes", () => {
    expect(
      unexplained(runtimeDependencies(), readFileSync(join(ROOT, "README.md"), "utf8")),
    ).toEqual([]);
  });
});

test("the rules bite", () => {
  const bad = {
    "code.ts": "export const x = 1;\n// too late: what this is for\n",
    "empty.ts": "",
    "short.ts": "// x\n",
    "default.ts": "// A file that says what it is for.\nexport default 1;\n",
    "renamed.ts": "// A file that says what it is for.\nconst x = 1;\nexport { x as default };\n",
    "good.ts": "// A file that says what it is for.\nexport const x = 1;\n",
  };
  expect(withoutPurpose(bad)).toEqual(["code.ts", "empty.ts", "short.ts"]);
  expect(withDefaultExport(bad)).toEqual(["default.ts", "renamed.ts"]);
  expect(unexplained(["yaml", "zod"], "`zod` checks the config; yaml is not quoted")).toEqual([
    "yaml",
  ]);
});
