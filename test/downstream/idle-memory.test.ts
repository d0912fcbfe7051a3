// What a connection keeps of a large head once it is answered: nothing, since connections idle by the thousand.
import { expect, it } from "vitest";
import { remembering } from "../../src/core/remembering.ts";
import { RequestParser } from "../../src/downstream/request-parser.ts";
import { usedBytes } from "../support/used-bytes.ts";

const COUNT = 1_000;
const FIELDS = Array.from({ length: 60 }, (_, nth) => `X-${nth}: ${"a".repeat(200)}\r\n`).join("");
const PIECE_BYTES = 4_000;
/** A head has more; other tests of this process leave some, too. */
const LITTLE_BYTES = 12_000;

function readHead(parser: RequestParser, name: string): readonly string[] {
  const head = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${name}: 1\r\n${FIELDS}\r\n`);
  for (let at = 0; at < head.length; at += PIECE_BYTES) {
    parser.feed(head.subarray(at, at + PIECE_BYTES), 0);
  }
  expect(parser.done).toBe(true);
  const { raw } = parser.head!.headers;
  parser.next();
  return raw;
}

async function expectLittle(before: number): Promise<void> {
  const grown = (): number => (usedBytes() - before) / COUNT;
  await expect.poll(grown).toBeLessThan(LITTLE_BYTES);
}

it("a parser that waits for the next request keeps little of the last", async () => {
  const before = usedBytes();
  const parsers = Array.from({ length: COUNT }, () => new RequestParser(16_384));
  for (const parser of parsers) readHead(parser, "X-Name");
  await expectLittle(before);
  expect(parsers).toHaveLength(COUNT);
});

it("a name that is remembered keeps nothing of the head it stood in", async () => {
  const before = usedBytes();
  const lower = remembering((name) => name.toLowerCase());
  const parser = new RequestParser(16_384);
  for (let nth = 0; nth < COUNT; nth++) lower(readHead(parser, `x-some-longer-name-${nth}`)[2]!);
  await expectLittle(before);
  expect(lower("x-some-longer-name-0")).toBe("x-some-longer-name-0");
});
