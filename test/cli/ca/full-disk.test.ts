// `weir ca` where nothing can be written any more: it says so, leaves what was there, and does the work when there is room again.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { weirInProcess } from "../support/in-process.ts";

const MAIN = join(import.meta.dirname, "../../../src/main.ts");
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-ca-"));
  await weirInProcess(["ca", "init", "--trust-domain", "example.org"], folder);
  await weirInProcess(["ca", "issue", "orders"], folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** No file may grow: each write fails as on a full disk. */
function withoutRoom(...args: readonly string[]): Promise<{ status: unknown; err: string }> {
  const script = 'ulimit -f 0; exec "$0" "$@"';
  return new Promise((resolve) => {
    const command = ["-c", script, process.execPath, MAIN, "ca", ...args];
    execFile("sh", command, { cwd: folder }, (thrown, _, err) => {
      resolve({ status: thrown?.code ?? 0, err });
    });
  });
}

function state(): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(path, "utf8")]));
}

test.each([
  ["init", "--trust-domain", "other.org", "--dir", "other"],
  ["issue", "billing"],
  ["renew", "orders.crt", "--force"],
])("weir ca %s writes nothing, and leaves nothing half written", async (...args) => {
  const before = state();
  const { status, err } = await withoutRoom(...args);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringMatching(/EFBIG/) });
  expect(err).not.toContain("PRIVATE");
  expect(state()).toEqual(before);
});

test("what was revoked, and could not be put on the list, is put there by asking again", async () => {
  const revokedOnes = (): string =>
    execFileSync("openssl", ["crl", "-in", ".weir/ca/ca.crl", "-noout", "-text"], {
      cwd: folder,
      encoding: "utf8",
    });
  expect((await withoutRoom("revoke", "orders")).status).toBe(2);
  expect(revokedOnes()).toContain("No Revoked Certificates");
  expect(await weirInProcess(["ca", "revoke", "orders"], folder)).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^revoked [0-9a-f]{32}$/m),
  });
  expect(revokedOnes()).toMatch(/Serial Number/);
});
