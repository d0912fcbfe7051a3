// A file replaced whole: its text, its owner and permissions, links, and what is left where it fails.
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replaceFile } from "../../src/core/replace-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-replace-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("a new file gets its text and its mode, and nothing else is left in the folder", () => {
  replaceFile(join(folder, "new"), "text", { mode: 0o600 });
  expect(readdirSync(folder)).toEqual(["new"]);
  expect(readFileSync(join(folder, "new"), "utf8")).toBe("text");
  expect(modeOf(join(folder, "new"))).toBe(0o600);
});

test.each([
  ["keeps its permissions", undefined, 0o664],
  ["gets those that are asked for, whatever the umask", { mode: 0o622 }, 0o622],
])("a file that is there %s", (_, wanted, mode) => {
  const path = join(folder, "old");
  writeFileSync(path, "a longer text than the new one");
  chmodSync(path, 0o664);
  replaceFile(path, "new", wanted);
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(modeOf(path)).toBe(mode);
});

test("whoever has the old file open goes on reading the old text: it is another file", () => {
  const path = join(folder, "old");
  writeFileSync(path, "old");
  const before = statSync(path).ino;
  replaceFile(path, "new");
  expect(statSync(path).ino).not.toBe(before);
});

test("a link stays one, and what it points to is replaced", () => {
  writeFileSync(join(folder, "target"), "old");
  symlinkSync("target", join(folder, "link"));
  replaceFile(join(folder, "link"), "new");
  expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "target"), "utf8")).toBe("new");
});

test("what can't be replaced stays, and nothing is left beside it", () => {
  const path = join(folder, "a-folder");
  symlinkSync(".", path);
  expect(() => replaceFile(path, "text")).toThrow();
  expect(readdirSync(folder)).toEqual(["a-folder"]);
  expect(() => replaceFile(join(folder, "missing", "file"), "text")).toThrow("ENOENT");
});
