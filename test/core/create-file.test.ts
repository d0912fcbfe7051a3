// A file is made once, whole, with its permissions; what is there stays, a link too.
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFile } from "../../src/core/create-file.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-create-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the first makes it, the second is told", () => {
  const path = join(folder, "key");
  expect(createFile(path, "one", 0o600)).toBe(true);
  expect(createFile(path, "two", 0o600)).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("one");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a link to nowhere is not followed", () => {
  const link = join(folder, "link");
  symlinkSync(join(folder, "elsewhere"), link);
  expect(createFile(link, "text", 0o600)).toBe(false);
  expect(statSync(join(folder, "elsewhere"), { throwIfNoEntry: false })).toBeUndefined();
});

test("a folder that is not there is the file system's fault", () => {
  expect(() => createFile(join(folder, "none", "key"), "text", 0o600)).toThrow("ENOENT");
});
