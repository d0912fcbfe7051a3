// Requests of all shapes, whole, byte by byte and at random splits; and garbage, which must end.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAt, type Reading, type ReadRequest, readRequests } from "./support.ts";

interface Fixture {
  readonly name: string;
  readonly bytes: string;
  readonly maxHeadBytes?: number;
  /** What is wanted of each request; the rest as in DEFAULTS. */
  readonly requests: readonly Partial<ReadRequest>[];
  readonly end?: string;
}

const DEFAULTS = {
  method: "GET",
  target: "/",
  httpVersion: "1.1",
  framing: "none",
  upgrade: "",
  keepAlive: true,
  body: "",
  trailers: [],
};

const G = "GET / HTTP/1.1\r\nHost: a\r\n";
const P = "POST / HTTP/1.1\r\n";
const CHUNKED = `${P}Transfer-Encoding: chunked\r\n\r\n`;
const post = (more: Partial<ReadRequest>): Partial<ReadRequest> => ({
  method: "POST",
  framing: "length",
  ...more,
});
const chunked = (body: string, trailers: readonly string[] = []): Partial<ReadRequest> =>
  post({ framing: "chunked", body, trailers });
const WEBSOCKET = `${G}Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n`;

const READ: readonly Fixture[] = [
  { name: "a plain one", bytes: `${G}\r\n`, requests: [{ fields: ["Host", "a"] }] },
  {
    name: "values empty, padded, of obs-text, repeated; names of all characters",
    bytes:
      "GET /\xff?a=b HTTP/1.1\r\nA:\r\na: \t x y \t\r\nC:\xff\r\n!#$%&'*+-.^_`|~09aZ: 1\r\n\r\n",
    requests: [
      {
        target: "/\xff?a=b",
        fields: ["A", "", "a", "x y", "C", "\xff", "!#$%&'*+-.^_`|~09aZ", "1"],
      },
    ],
  },
  { name: "no fields", bytes: "GET / HTTP/1.1\r\n\r\n", requests: [{ fields: [] }] },
  {
    name: "empty lines before it",
    bytes: `\r\n\r\n\r\n\r\n${G}\r\n\r\n${G}\r\n`,
    requests: [{}, {}],
  },
  { name: "only an empty line", bytes: "\r\n\r\n", requests: [], end: "idle" },
  { name: "half an empty line", bytes: "\r", requests: [], end: "idle" },
  { name: "half a start line", bytes: "GET /", requests: [], end: "open" },
  { name: "half a head", bytes: `${G}X`, requests: [], end: "open" },
  { name: "a head but its last byte", bytes: `${G}\r`, requests: [], end: "open" },
  {
    name: "a method nobody knows",
    bytes: "M-SEARCH_2 * HTTP/1.1\r\n\r\n",
    requests: [{ method: "M-SEARCH_2", target: "*" }],
  },
  {
    name: "a length",
    bytes: `${P}content-LENGTH: 3\r\n\r\nabc`,
    requests: [post({ body: "abc" })],
  },
  {
    name: "a length of 0, one with zeros in front",
    bytes: `${P}Content-Length: 0\r\n\r\n${P}Content-Length: 003\r\n\r\nabc`,
    requests: [post({}), post({ body: "abc" })],
  },
  {
    name: "a body that is not whole",
    bytes: `${P}Content-Length: 5\r\n\r\nabc`,
    requests: [post({ body: "abc" })],
    end: "open",
  },
  {
    name: "chunks of all shapes",
    bytes: `${CHUNKED}A;x=1;y="q"\r\n0123456789\r\n00b\r\nabcdefghijk\r\n0;end\r\n\r\n`,
    requests: [chunked("0123456789abcdefghijk")],
  },
  { name: "no chunks", bytes: `${CHUNKED}000\r\n\r\n`, requests: [chunked("")] },
  {
    name: "trailers",
    bytes: `${CHUNKED}1\r\na\r\n0\r\nX-T: 1\r\nY:\r\n\r\n`,
    requests: [chunked("a", ["X-T", "1", "Y", ""])],
  },
  {
    name: "chunks that are not whole",
    bytes: `${CHUNKED}2\r\nab\r\n0\r\n`,
    requests: [chunked("ab")],
    end: "open",
  },
  {
    name: "the coding in other letters",
    bytes: `${P}transfer-encoding:\tChunked \r\n\r\n0\r\n\r\n`,
    requests: [chunked("")],
  },
  {
    name: "a line feed in a chunk, and what looks like chunks in a length",
    bytes: `${CHUNKED}4\r\n\r\n\r\n\r\n0\r\n\r\n${P}Content-Length: 5\r\n\r\n0\r\n\r\n${G}\r\n`,
    requests: [chunked("\r\n\r\n"), post({ body: "0\r\n\r\n" }), {}],
  },
  {
    name: "many, one after the other",
    bytes: `${G}\r\n${P}Content-Length: 2\r\n\r\nhi${CHUNKED}1\r\nx\r\n0\r\nT: 1\r\n\r\n${G}\r\n`,
    requests: [{}, post({ body: "hi" }), chunked("x", ["T", "1"]), {}],
  },
  {
    name: "nothing after one that ends the connection",
    bytes: `${G}Connection: x, Close\r\n\r\n${G}\r\n`,
    requests: [{ keepAlive: false }],
    end: "last",
  },
  {
    name: "HTTP/1.0",
    bytes: "GET / HTTP/1.0\r\n\r\n",
    requests: [{ httpVersion: "1.0", keepAlive: false }],
    end: "last",
  },
  {
    name: "HTTP/1.0 that asks to be kept",
    bytes: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
    requests: [{ httpVersion: "1.0" }],
  },
  {
    name: "HTTP/1.0 that asks for both",
    bytes: "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
    requests: [{ httpVersion: "1.0", keepAlive: false }],
    end: "last",
  },
  {
    name: "another version is for the stages to refuse",
    bytes: "GET / HTTP/1.2\r\n\r\n",
    requests: [{ httpVersion: "1.2", keepAlive: false }],
    end: "last",
  },
  { name: "WebSocket", bytes: WEBSOCKET, requests: [{ upgrade: "websocket" }], end: "last" },
  ...["POST", "PUT"].map((method) => ({
    name: `an upgrade by ${method} is none`,
    bytes: WEBSOCKET.replace("GET", method),
    requests: [{ method }],
  })),
  ...[
    ["with a body", WEBSOCKET.replace("Host: a", "Content-Length: 0"), { framing: "length" }],
    ["that Connection does not name", WEBSOCKET.replace(", Upgrade", ", x-upgrade"), {}],
    ["to another protocol", WEBSOCKET.replace("WebSocket", "h2c"), {}],
  ].map(([name, bytes, request]) => ({
    name: `an upgrade ${name as string} is none`,
    bytes: bytes as string,
    requests: [request as Partial<ReadRequest>],
  })),
  {
    name: "CONNECT",
    bytes: "CONNECT a:1 HTTP/1.1\r\n\r\nxyz",
    requests: [{ method: "CONNECT", target: "a:1" }],
    end: "last",
  },
  {
    name: "a head of exactly the limit",
    bytes: `${G}\r\n`,
    maxHeadBytes: G.length + 2,
    requests: [{}],
  },
  ...[
    "Content-Length:",
    "Content-Length: -1",
    "Content-Length: +1",
    "Content-Length: 0x10",
    "Content-Length: 1 1",
    "Content-Length: 1, 1",
    "Content-Length: 1e2",
    "Content-Length: 1_0",
    "Content-Length: \xb2",
    "Content-Length: 9007199254740993",
    "Content-Length: 1\r\nContent-Length: 1",
    "Content-Length: 1\r\ncontent-length: 2",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding: chunked;q=1",
    'Transfer-Encoding: "chunked"',
    "Transfer-Encoding: \xa0chunked",
    "Transfer-Encoding:",
    "Content-Length: 3\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 3",
  ].map((field) => ({
    name: `unclear: ${JSON.stringify(field)}`,
    bytes: `${P}${field}\r\n\r\n0\r\n\r\n`,
    requests: [post({ framing: "unclear" })],
    end: "last",
  })),
  {
    name: "unclear: chunked in HTTP/1.0",
    bytes: CHUNKED.replace("1.1", "1.0"),
    requests: [post({ framing: "unclear", httpVersion: "1.0", keepAlive: false })],
    end: "last",
  },
];

interface Refused {
  readonly name: string;
  readonly bytes: string;
  readonly maxHeadBytes?: number;
  readonly code: string;
}

const refused = (code: string) => (bytes: string) => ({
  name: JSON.stringify(bytes.slice(0, 60)),
  bytes,
  code,
});

const REFUSED: readonly Refused[] = [
  ...["GET /", "GET /x", "PRI * HTTP/2", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/1."]
    .map((line) => `${line}\r\n`)
    .map(refused("version_not_supported")),
  ...[
    " GET / HTTP/1.1",
    "GET  / HTTP/1.1",
    "GET /  HTTP/1.1",
    "GET / HTTP/1.1 ",
    "GET\t/ HTTP/1.1",
    "GET / x HTTP/1.1",
    "GET / http/1.1",
    "get / HTTP/1.1",
    "G(T / HTTP/1.1",
    "GET /\x7f HTTP/1.1",
    "GET /\x00 HTTP/1.1",
    "GET / HTTP/1.1\n",
    "GET / HTTP/1.1\rX: y",
    "GET / HTTP/x.1",
    "HTTP/1.1 200 OK",
    "\x16\x03\x01\x02",
    "\n",
    "\r\r",
    "\r\n".repeat(5),
    `${"A".repeat(33)} / HTTP/1.1`,
  ]
    .map((line) => `${line}\r\n`)
    .map(refused("malformed_request")),
  ...[
    " folded: x",
    "A: x\r\n folded",
    "A: x\r\n\tfolded",
    "A : x",
    "A\t: x",
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
    "Content-Length : 1",
    "Transfer-Encoding\x0b: chunked",
  ]
    .map((field) => `${P}${field}\r\n\r\n`)
    .map(refused("malformed_request")),
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
    "1;a\rb\r\n",
    "1000000000000\r\n",
    "0\r\n bad\r\n\r\n",
    "0\r\nA: \x00\r\n\r\n",
    "0\r\nContent-Length: 1\r\n\r\n",
    "0\r\ntransfer-encoding: chunked\r\n\r\n",
    `1;${"x".repeat(20_000)}\r\n`,
    "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\na\r\n".repeat(500),
  ]
    .map((chunks) => `${CHUNKED}${chunks}`)
    .map(refused("malformed_request")),
  ...[
    `GET /${"a".repeat(2000)}`,
    `${G}A: ${"x".repeat(2000)}\r\n\r\n`,
    `${G}${"A: b\r\n".repeat(500)}`,
    `${CHUNKED}0\r\nA: ${"x".repeat(2000)}\r\n\r\n`,
  ].map(refused("headers_too_large")),
  {
    ...refused("headers_too_large")(`${G}\r\n`),
    name: "one byte over the limit",
    maxHeadBytes: G.length + 1,
  },
  {
    name: "what follows a good one",
    bytes: `${G}\r\nnonsense\r\n`,
    code: "malformed_request",
  },
];

const byteByByte = (bytes: string): string[] => bytes.split("");
const numRuns = 60;

describe.each(READ)("$name", ({ bytes, maxHeadBytes, requests, end = "idle" }) => {
  const read = (pieces: readonly string[]): Reading => readRequests(pieces, maxHeadBytes);

  test("whole", () => {
    const reading = read([bytes]);
    expect(reading.end).toBe(end);
    expect(reading.requests).toHaveLength(requests.length);
    expect(reading.requests).toMatchObject(requests.map((one) => ({ ...DEFAULTS, ...one })));
  });

  test("split anywhere, with the same outcome", () => {
    const expected = read([bytes]);
    expect(read(byteByByte(bytes))).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        expect(read(cutAt(bytes, cuts))).toEqual(expected);
      }),
      { numRuns },
    );
  });
});

test.each(REFUSED)("$code: $name", ({ bytes, maxHeadBytes, code }) => {
  expect(readRequests([bytes], maxHeadBytes).end).toBe(code);
  expect(readRequests(byteByByte(bytes), maxHeadBytes).end).toBe(code);
});

test("a first line that is no HTTP is refused at once, not when its head is whole", () => {
  expect(readRequests(["SSH-2.0-OpenSSH_9\r\n"]).end).toBe("malformed_request");
  expect(readRequests(["GET / HTTP/1.1\r\n"]).end).toBe("open");
});

test("fast-check prints the seed: any bytes end the same, however they are split", () => {
  const words = [
    ..."\r\n \t:;0aG\x00\xff".split(""),
    "\r\n",
    "\r\n\r\n",
    "GET / HTTP/1.1\r\n",
    "POST /x HTTP/1.0\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
  ];
  const texts = fc.array(fc.constantFrom(...words), { maxLength: 24 });
  const cuts = fc.array(fc.nat(200), { maxLength: 8 });
  fc.assert(
    fc.property(texts, cuts, (text, at) => {
      const bytes = text.join("");
      const whole = readRequests([bytes], 200);
      const split = readRequests(cutAt(bytes, at), 200);
      expect(split.requests.length).toBe(whole.requests.length);
      expect(isRefusal(split)).toBe(isRefusal(whole));
      // How far it got before a fault depends on the splits, and which of two is found first.
      if (!isRefusal(whole)) expect(split).toEqual(whole);
    }),
    { numRuns: 1_000 },
  );
});

function isRefusal({ end }: Reading): boolean {
  return !["idle", "open", "last"].includes(end);
}
