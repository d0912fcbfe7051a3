// One process has a spool; a lock whose holder is gone is taken over.
import { lutimesSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireSpoolLock } from "../../src/telemetry/spool-lock.ts";
import { tempFolder } from "./support/spool-kit.ts";

test("a second holder is refused with the first one's name, until it lets go", () => {
  using folder = tempFolder();
  const lock = acquireSpoolLock(folder.path);
  expect(() => acquireSpoolLock(folder.path)).toThrow(
    new RegExp(`in use by process ${String(process.pid)} on ${hostname()}`),
  );
  lock.release();
  acquireSpoolLock(folder.path).release();
  expect(readdirSync(folder.path)).toEqual([]);
});

const other = `1:${hostname()}`;

test.each([
  ["of a process that is gone", { content: `4194305:${other}`, ageMs: 0 }],
  [
    "of an earlier process with our number",
    { content: `${String(process.pid)}:${other}`, ageMs: 0 },
  ],
  ["of another machine, long untouched", { content: "1:1:elsewhere", ageMs: 60_000 }],
  ["that nobody can read", { content: "rubbish", ageMs: 0 }],
])("a lock %s is taken over", (_, { content, ageMs }) => {
  using folder = tempFolder();
  const path = join(folder.path, "lock");
  symlinkSync(content, path);
  const touched = new Date(Date.now() - ageMs);
  lutimesSync(path, touched, touched);
  const lock = acquireSpoolLock(folder.path);
  expect(readlinkSync(path)).toMatch(`${String(process.pid)}:`);
  lock.release();
  expect(readdirSync(folder.path)).toEqual([]);
});

test("a lock of another machine, lately touched, is not taken over", () => {
  using folder = tempFolder();
  symlinkSync("1:1:elsewhere", join(folder.path, "lock"));
  expect(() => acquireSpoolLock(folder.path)).toThrow("in use by process 1 on elsewhere");
});
