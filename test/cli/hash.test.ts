// `weir hash`: a value as rows keep it, from an argument or a pipe, under each key that is named.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createFieldHash } from "../../src/telemetry/field-hash.ts";
import type { Ended } from "./support/weir.ts";
import { weirInProcess } from "./support/in-process.ts";

const KEY = Buffer.alloc(32, 7);
const OLDER = Buffer.alloc(32, 9);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-hash-"));
  writeFileSync(join(folder, "key"), `${KEY.toString("base64")}\n`);
  writeFileSync(join(folder, "older"), OLDER.toString("hex"));
  writeFileSync(join(folder, "bad"), "S3CRET-too-short");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

async function hash(args: readonly string[], piped?: string): Promise<Ended> {
  if (piped !== undefined) {
    const input = new PassThrough();
    input.end(piped);
    vi.spyOn(process, "stdin", "get").mockReturnValue(input as unknown as typeof process.stdin);
  }
  return weirInProcess(["hash", ...args], folder);
}

test.each<[args: string[], piped: string | undefined, field: string, value: string]>([
  [["principal", "alice"], undefined, "principal", "alice"],
  [["headers.Referer", "-"], "http://a.test/é\n", "headers.referer", "http://a.test/é"],
  [["query", "-"], " x=1\r\n", "query", " x=1"],
  [["path", "-"], `/${"x".repeat(65_535)}\r\n`, "path", `/${"x".repeat(65_535)}`],
])("%j, piped %j", async (args, ...[piped, field, value]) => {
  const own = createFieldHash(KEY, field)(value);
  const older = createFieldHash(OLDER, field)(value);
  const one = await hash([...args, "--field-key", "key"], piped);
  expect(one).toEqual({ status: 0, out: `${own}\n`, err: "" });
  const both = await hash([...args, "--field-key", "key", "--field-key", "older", "--json"], piped);
  expect(JSON.parse(both.out)).toEqual({ field, hashes: [own, older] });
});

test.each<[args: string[], piped: string | undefined, message: string]>([
  [["nobody", "alice", "--field-key", "key"], undefined, "nobody is no field"],
  [["headers.a b", "alice", "--field-key", "key"], undefined, "is no field"],
  [["principal", "", "--field-key", "key"], undefined, "is empty"],
  [["principal", "-", "--field-key", "key"], "\n", "is empty"],
  [["principal", "-", "--field-key", "key"], "S3CRET\nbob\n", "several lines"],
  [["principal", "-", "--field-key", "key"], "x".repeat(65_537), "longer than 65536"],
  [["principal", "S3CRET", "--field-key", "bad"], undefined, "bad holds no key"],
  [["principal", "S3CRET", "--field-key", "none"], undefined, "none can't be read (ENOENT)"],
  [["principal", "S3CRET"], undefined, "--field-key"],
])("%j, piped %#: nothing but why", async (args, ...[piped, message]) => {
  const words = await hash(args, piped);
  expect(words).toEqual({ status: 2, out: "", err: expect.stringContaining(message) });
  const json = await hash([...args, "--json"], piped);
  expect(JSON.parse(json.err)).toMatchObject({ ok: false });
  expect(words.err + json.err).not.toContain("S3CRET");
});
