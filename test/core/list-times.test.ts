// Times of revocation lists: as OpenSSL writes them, and as nobody should.
import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { listTimes } from "../../src/core/list-times.ts";
import { createAuthority } from "../support/certificates.ts";

function listOf(...fields: readonly Buffer[]): string {
  const der = element(0x30, element(0x30, ...fields));
  return `-----BEGIN X509 CRL-----\n${der.toString("base64")}\n-----END X509 CRL-----\n`;
}

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

const VERSION = element(0x02, Buffer.from([1]));
const EMPTY = element(0x30);
const time = (tag: number, text: string): Buffer => element(tag, Buffer.from(text));

test("a list by openssl, which is due in 30 days", () => {
  using authority = createAuthority();
  const times = listTimes(readFileSync(authority.revoke(), "utf8"));
  expect(Math.abs((times?.thisUpdateMs ?? 0) - Date.now())).toBeLessThan(60_000);
  expect((times?.nextUpdateMs ?? 0) - (times?.thisUpdateMs ?? 0)).toBe(30 * 86_400_000);
});

test("lists of either kind of time, with and without a version", () => {
  const newer = listOf(
    VERSION,
    EMPTY,
    EMPTY,
    time(0x17, "490102030405Z"),
    time(0x18, "20500102030405Z"),
  );
  expect(listTimes(newer)).toEqual({
    thisUpdateMs: Date.parse("2049-01-02T03:04:05Z"),
    nextUpdateMs: Date.parse("2050-01-02T03:04:05Z"),
  });
  expect(listTimes(listOf(EMPTY, EMPTY, time(0x17, "500102030405Z")))).toEqual({
    thisUpdateMs: Date.parse("1950-01-02T03:04:05Z"),
    nextUpdateMs: null,
  });
});

test.each([
  ["no list", ""],
  ["nothing in it", listOf()],
  ["no time", listOf(VERSION, EMPTY, EMPTY, time(0x30, "490102030405Z"))],
  ["a month 13", listOf(EMPTY, EMPTY, time(0x17, "491302030405Z"))],
  ["a zone", listOf(EMPTY, EMPTY, time(0x17, "4901020304+0100"))],
  ["a length beyond the end", listOf(Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]))],
  ["an endless length", listOf(Buffer.from([0x30, 0x80, 0, 0]))],
])("nothing: %s", (_, pem) => expect(listTimes(pem)).toBeNull());

test("never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      listTimes(
        `-----BEGIN X509 CRL-----\n${Buffer.from(bytes).toString("base64")}\n-----END X509 CRL-----`,
      );
    }),
  );
});
