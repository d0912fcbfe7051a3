// Compressed bodies: all of what senders may make of one, within the limit, and nothing of what is broken.
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { codingOf, type Inflated, inflate } from "../../src/collector/http/inflate.ts";

const MOST = 1_000_000;
const HELLO = zstdCompressSync("hello ");
const WORLD = zstdCompressSync("world");
const EMPTY = zstdCompressSync("");
/** RFC 8878 section 3.1.2: what whoever packed it keeps of its own. */
const SKIPPED = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
/** As large as a piece that is decompressed at once. */
const PIECE = "x".repeat(65_536);

function textOf(inflated: Inflated): string {
  return inflated.ok ? inflated.bytes.toString() : inflated.fault;
}

const joined = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

test.each<[what: string, body: Buffer, text: string]>([
  ["one frame", HELLO, "hello "],
  ["two frames", joined(HELLO, WORLD), "hello world"],
  ["frames of nothing", joined(EMPTY, HELLO, EMPTY, WORLD, EMPTY), "hello world"],
  ["a frame to be skipped, first", joined(SKIPPED, HELLO), "hello "],
  ["one to be skipped, last", joined(HELLO, SKIPPED), "hello "],
  ["a frame as large as a piece", joined(zstdCompressSync(PIECE), HELLO), `${PIECE}hello `],
  ["as much as may be", joined(zstdCompressSync("y".repeat(MOST)), EMPTY), "y".repeat(MOST)],
  [
    "frames that are too much together",
    joined(...Array<Buffer>(20).fill(zstdCompressSync(PIECE))),
    "too_large",
  ],
  [
    "a byte too much in a frame of its own",
    joined(zstdCompressSync("y".repeat(MOST)), WORLD),
    "too_large",
  ],
  ["more frames than anybody makes", joined(...Array<Buffer>(2_000).fill(EMPTY)), "corrupt"],
  ["a frame and what is none", joined(HELLO, Buffer.from("garbage")), "corrupt"],
  ["half a second frame", joined(HELLO, WORLD.subarray(0, -1)), "corrupt"],
  ["nothing", Buffer.alloc(0), "corrupt"],
])("zstd: %s", (_, body, text) => {
  expect(textOf(inflate(body, "zstd", MOST)) === text).toBe(true);
});

test.each<[what: string, body: Buffer, text: string]>([
  ["two members", joined(gzipSync("hello "), gzipSync("world")), "hello world"],
  ["a member and what is none", joined(gzipSync("hello "), Buffer.from("garbage")), "corrupt"],
  [
    "half a second member",
    joined(gzipSync("hello "), gzipSync("world").subarray(0, -1)),
    "corrupt",
  ],
  ["nothing", Buffer.alloc(0), "corrupt"],
])("gzip: %s", (_, body, text) => {
  expect(textOf(inflate(body, "gzip", MOST))).toBe(text);
});

test.each<[header: string | undefined, coding: string | null]>([
  [undefined, "identity"],
  ["", "identity"],
  ["identity", "identity"],
  [" GZIP ", "gzip"],
  ["x-gzip", "gzip"],
  ["Zstd", "zstd"],
  ["gzip, gzip", null],
  ["deflate", null],
  ["constructor", null],
])("Content-Encoding: %j is %s", (header, coding) => {
  expect(codingOf(header)).toBe(coding);
});
