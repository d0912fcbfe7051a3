// Every response fixture whole, byte by byte and at random splits; and garbage, which must end.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WeirError } from "../../src/core/errors.ts";
import { ResponseParser } from "../../src/upstream/response-parser.ts";
import type { ResponseHead } from "../../src/upstream/upstream.ts";

interface Outcome {
  heads: ResponseHead[];
  body: string;
  /** complete, open (more bytes are needed), upgraded, or an error code. */
  end: string;
  trailers: readonly string[];
  reusable: boolean;
  /** Bytes that belong to the response. */
  used: number;
}

interface ReadOptions {
  readonly method?: string;
  readonly upgrade?: boolean;
  readonly maxHeadBytes?: number;
}

const ENDS: Readonly<Record<string, string>> = { done: "complete", upgraded: "upgraded" };

/** Feeds the pieces, then the end of the connection where `close` is set. */
function read(pieces: readonly string[], close: boolean, options: ReadOptions = {}): Outcome {
  const outcome: Outcome = {
    heads: [],
    body: "",
    end: "open",
    trailers: [],
    reusable: false,
    used: 0,
  };
  const events = {
    onHead: (head: ResponseHead) => void outcome.heads.push(head),
    onBody: (bytes: Buffer, range: { start: number; end: number }) => {
      outcome.body += bytes.toString("latin1", range.start, range.end);
    },
  };
  const { method = "GET", upgrade = false, maxHeadBytes = 1024 } = options;
  const parser = new ResponseParser(events, maxHeadBytes);
  parser.start(method, upgrade);
  try {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece, "latin1");
      outcome.used += parser.feed(bytes, bytes.length);
    }
    if (close) parser.finish();
    outcome.end = ENDS[parser.stage] ?? "open";
    outcome.trailers = parser.trailers;
    outcome.reusable = parser.reusable && parser.stage === "done";
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(WeirError);
    outcome.end = (thrown as WeirError).code;
    // How far it got before the fault depends on the splits; that it is one does not.
    return { ...outcome, heads: [], body: "", used: 0 };
  }
  return outcome;
}

interface Good extends ReadOptions {
  readonly name: string;
  readonly bytes: string;
  readonly close?: boolean;
  readonly status?: number;
  readonly bodyLength?: number;
  readonly body?: string;
  readonly end?: string;
  readonly reusable?: boolean;
  readonly trailers?: readonly string[];
  readonly surplus?: number;
  readonly headers?: readonly string[];
}

const H = "HTTP/1.1 200 OK\r\n";
const CHUNKS = `${H}Transfer-Encoding: chunked\r\n\r\n`;

const GOOD: readonly Good[] = [
  { name: "length", bytes: `${H}Content-Length: 3\r\n\r\nabc`, bodyLength: 3, body: "abc" },
  { name: "length 0", bytes: `${H}content-length: 0\r\n\r\n`, bodyLength: 0 },
  {
    name: "cut body",
    bytes: `${H}Content-Length: 9\r\n\r\nabc`,
    close: true,
    bodyLength: 9,
    body: "abc",
    end: "open",
    reusable: false,
  },
  { name: "empty reason", bytes: "HTTP/1.1 204 \r\n\r\n", status: 204, bodyLength: 0 },
  { name: "no reason at all", bytes: "HTTP/1.1 204\r\n\r\n", status: 204, bodyLength: 0 },
  {
    name: "reason and values of obs-text, empty and padded values",
    bytes: "HTTP/1.1 299 \xe9\tx\r\nA:\r\nB: \t x y \t\r\nC:\xff\r\nContent-Length:0\r\n\r\n",
    status: 299,
    bodyLength: 0,
    headers: ["A", "", "B", "x y", "C", "\xff", "Content-Length", "0"],
  },
  { name: "HEAD", bytes: `${H}Content-Length: 3\r\n\r\n`, method: "HEAD", bodyLength: 0 },
  { name: "HEAD, chunked", bytes: CHUNKS, method: "HEAD", bodyLength: 0 },
  {
    name: "304 with a length",
    bytes: "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
    status: 304,
    bodyLength: 0,
  },
  {
    name: "204 with a length: no body, but not trusted",
    bytes: "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
    status: 204,
    bodyLength: 0,
    reusable: false,
  },
  {
    name: "until close",
    bytes: `${H}\r\nabc`,
    close: true,
    bodyLength: -1,
    body: "abc",
    reusable: false,
  },
  {
    name: "until close, still open",
    bytes: `${H}\r\nabc`,
    bodyLength: -1,
    body: "abc",
    end: "open",
  },
  {
    name: "connection: close",
    bytes: `${H}Connection: Foo, Close\r\nContent-Length: 0\r\n\r\n`,
    bodyLength: 0,
    reusable: false,
  },
  { name: "HTTP/1.0", bytes: "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", reusable: false },
  {
    name: "HTTP/1.0 kept alive",
    bytes: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
    reusable: true,
  },
  {
    name: "chunked with extensions, upper-case sizes and trailers",
    bytes: `${CHUNKS}A;x=1;y="q"\r\n0123456789\r\n00b\r\nabcdefghijk\r\n0;end\r\nX-T: 1\r\nY: 2\r\n\r\n`,
    bodyLength: -1,
    body: "0123456789abcdefghijk",
    trailers: ["X-T", "1", "Y", "2"],
  },
  { name: "chunked, empty", bytes: `${CHUNKS}0\r\n\r\n`, bodyLength: -1 },
  { name: "chunked, cut", bytes: `${CHUNKS}5\r\nab`, close: true, body: "ab", end: "open" },
  { name: "chunked, last chunk missing", bytes: `${CHUNKS}2\r\nab\r\n`, body: "ab", end: "open" },
  {
    name: "Transfer-Encoding overrides Content-Length, which is removed",
    bytes: `${H}Content-Length: 50\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`,
    bodyLength: -1,
    body: "ab",
    reusable: false,
    headers: ["transfer-encoding", "Chunked"],
  },
  {
    name: "interim responses",
    bytes: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${H}Content-Length: 1\r\n\r\nz`,
    bodyLength: 1,
    body: "z",
  },
  {
    name: "surplus",
    bytes: `${H}Content-Length: 1\r\n\r\nzHTTP/1.1 200 OK\r\n`,
    bodyLength: 1,
    body: "z",
    surplus: 17,
  },
  { name: "surplus after chunks", bytes: `${CHUNKS}0\r\n\r\n0\r\n\r\n`, surplus: 5 },
  {
    name: "upgrade with first bytes",
    bytes: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello",
    upgrade: true,
    status: 101,
    end: "upgraded",
    surplus: 5,
    reusable: false,
  },
  {
    name: "a head of exactly the limit",
    bytes: `${H}A: ${"x".repeat(1000 - H.length - 7)}\r\n\r\n`,
    maxHeadBytes: 1000,
    body: "",
    end: "complete",
    method: "HEAD",
  },
];

const BAD: readonly (ReadOptions & { readonly name: string; readonly bytes: string })[] = [
  ...[
    "HTTP/1.1 20 OK",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1 099 OK",
    "HTTP/1.1 2x0 OK",
    "HTTP/1.1  200 OK",
    "HTTP/2.0 200 OK",
    "HTTP/1.2 200 OK",
    "http/1.1 200 OK",
    "ICY 200 OK",
    " HTTP/1.1 200 OK",
    "SSH-2.0-OpenSSH_9",
    "HTTP/1.1\t200 OK",
    "HTTP/1.1 200 O\x00K",
    "HTTP/1.1 200 O\x7fK",
    "HTTP/1.1 200 O\rK",
    "HTTP/1.1 200 O\nK",
    "",
  ].map((line) => ({ name: `status line ${JSON.stringify(line)}`, bytes: `${line}\r\n\r\n` })),
  ...[
    " folded: x",
    "A: x\r\n folded",
    "A: x\r\n\tfolded",
    "A : x",
    ": x",
    "A",
    "A\x00: x",
    "(A): x",
    "\xe9: x",
    "A: x\x00",
    "A: x\x1f",
    "A: x\x7f",
    "A: x\nB: y",
    "A: x\rB: y",
    "A: x\r\r",
    "Content-Length: ",
    "Content-Length: -1",
    "Content-Length: +1",
    "Content-Length: 0x10",
    "Content-Length: 1 1",
    "Content-Length: 1, 1",
    "Content-Length: 1e2",
    "Content-Length: 9007199254740993",
    "Content-Length: 1\r\nContent-Length: 1",
    "Content-Length: 1\r\nContent-Length: 2",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: \x0bchunked",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: ",
    "Content-Length: x\r\nTransfer-Encoding: chunked",
  ].map((field) => ({
    name: `field ${JSON.stringify(field)}`,
    bytes: `${H}${field}\r\n\r\n`,
  })),
  ...[
    "\r\n",
    "g\r\n",
    "-1\r\n",
    "+1\r\n",
    "0x1\r\n",
    " 1\r\n",
    "1 \r\n",
    "1\na\r\n0\r\n\r\n",
    "1\r\nab\r\n",
    "1\r\na\n0\r\n",
    "1\r\na\r0\r\n",
    "1\rxa",
    "1;\nx\r\n",
    "1;a\x00\r\n",
    "1000000000000\r\n",
    "0\r\n bad\r\n\r\n",
    "0\r\nA: \x00\r\n\r\n",
    `0\r\nA: ${"x".repeat(2000)}\r\n\r\n`,
    `1;${"x".repeat(20_000)}\r\n`,
    "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\na\r\n".repeat(500),
  ].map((chunks) => ({
    name: `chunks ${JSON.stringify(chunks.slice(0, 24))}`,
    bytes: `${CHUNKS}${chunks}`,
  })),
  { name: "Transfer-Encoding in HTTP/1.0", bytes: CHUNKS.replace("1.1", "1.0") },
  { name: "101 not asked for", bytes: "HTTP/1.1 101 Switching\r\n\r\n" },
  { name: "interim with a length", bytes: "HTTP/1.1 100 C\r\nContent-Length: 1\r\n\r\n" },
  { name: "interim with chunks", bytes: "HTTP/1.1 103 C\r\nTransfer-Encoding: chunked\r\n\r\n" },
  { name: "too many interim responses", bytes: "HTTP/1.1 100 C\r\n\r\n".repeat(17) },
  { name: "head too large", bytes: `${H}A: ${"x".repeat(2000)}\r\n\r\n` },
  { name: "head without end", bytes: `${H}${"A: b\r\n".repeat(500)}` },
  { name: "one byte over the limit", bytes: `${H}A: xxx\r\n\r\n`, maxHeadBytes: H.length + 9 },
];

const DEFAULTS = {
  close: false,
  surplus: 0,
  end: "complete",
  body: "",
  trailers: [] as readonly string[],
  status: 200,
};

const whole = (bytes: string): string[] => [bytes];
const byteByByte = (bytes: string): string[] => bytes.split("");

describe.each(GOOD)("$name", (fixture) => {
  test("whole", () => {
    const expected = { ...DEFAULTS, ...fixture };
    const { body, end, trailers, reusable = end === "complete" } = expected;
    const used = fixture.bytes.length - expected.surplus;
    const outcome = read(whole(fixture.bytes), expected.close, fixture);
    expect(outcome).toMatchObject({ body, end, trailers, used, reusable });
    const head = outcome.heads.at(-1)!;
    expect(head.status).toBe(expected.status);
    expect(head.bodyLength).toBe(fixture.bodyLength ?? head.bodyLength);
    expect(head.headers).toEqual(fixture.headers ?? head.headers);
  });

  test("split anywhere, with the same outcome", () => {
    const close = fixture.close ?? false;
    const expected = read(whole(fixture.bytes), close, fixture);
    expect(read(byteByByte(fixture.bytes), close, fixture)).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(fixture.bytes.length), { maxLength: 6 }), (cuts) => {
        expect(read(cutAt(fixture.bytes, cuts), close, fixture)).toEqual(expected);
      }),
    );
  });
});

test.each(BAD)("malformed: $name", (fixture) => {
  expect(read(whole(fixture.bytes), false, fixture).end).toBe("upstream_malformed");
  expect(read(byteByByte(fixture.bytes), false, fixture).end).toBe("upstream_malformed");
});

test("garbage never hangs, throws only upstream_malformed, and reads the same however split", () => {
  const words = fc.constantFrom(
    H,
    CHUNKS,
    "\r\n",
    "\r",
    "\n",
    "1",
    "0\r\n\r\n",
    "Content-Length: 2",
  );
  const noise = fc.string({ unit: "binary-ascii", maxLength: 12 });
  const stream = fc.array(fc.oneof(words, noise), { maxLength: 12 });
  fc.assert(
    fc.property(stream, fc.array(fc.nat(80), { maxLength: 4 }), (parts, cuts) => {
      const bytes = parts.join("");
      expect(read(cutAt(bytes, cuts), true)).toEqual(read(whole(bytes), true));
    }),
    { numRuns: 2000 },
  );
});

function cutAt(bytes: string, cuts: readonly number[]): string[] {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, at) => bytes.slice(edges[at], edge));
}
