// The limits of a head to the byte: what just fits is served, one more is refused, in one piece or in many.
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw } from "../support/raw-client.ts";
import { answerOk, type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

const LIMITS = { header_bytes: 4_096, header_count: 20, uri_bytes: 200 };

let upstream: RawUpstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream(answerOk);
  proxy = await startProxy({ upstreams: [upstream.url], config: { limits: LIMITS } });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const withBytes = (bytes: number): string => {
  const start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  return `${start}${"x".repeat(bytes - start.length - 4)}\r\n\r\n`;
};
const withFields = (fields: number): string =>
  `GET / HTTP/1.1\r\nHost: a\r\n${"X: 1\r\n".repeat(fields - 1)}\r\n`;
const withTarget = (bytes: number): string =>
  `GET /${"a".repeat(bytes - 1)} HTTP/1.1\r\nHost: a\r\n\r\n`;
const withQuery = (bytes: number): string =>
  `GET /?${"a".repeat(bytes - 2)} HTTP/1.1\r\nHost: a\r\n\r\n`;

it.each([
  ["header_bytes", withBytes, LIMITS.header_bytes, 431],
  ["header_count", withFields, LIMITS.header_count, 431],
  ["uri_bytes of a path", withTarget, LIMITS.uri_bytes, 414],
  ["uri_bytes with a query", withQuery, LIMITS.uri_bytes, 414],
] as const)("%s", async (...[, make, limit, refusal]) => {
  expect(withBytes(LIMITS.header_bytes)).toHaveLength(LIMITS.header_bytes);
  for (const pieceBytes of [100_000, 1_000, 7]) {
    expect(await answerTo(make(limit), pieceBytes)).toBe(200);
    expect(await answerTo(make(limit + 1), pieceBytes)).toBe(refusal);
  }
});

/** The status of the answer to a head sent in pieces. */
async function answerTo(head: string, pieceBytes: number): Promise<number> {
  using client = await connectRaw(proxy.port);
  for (let at = 0; at < head.length; at += pieceBytes) {
    client.send(head.slice(at, at + pieceBytes));
    if (at % 500 === 0) await new Promise(setImmediate);
  }
  return (await client.response()).status;
}
