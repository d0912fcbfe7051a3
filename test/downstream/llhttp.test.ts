// What weir's parser takes for requests, node:http's (llhttp, strict) takes for the same ones, or refuses
// for one of the reasons named here.
import { createServer, type IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type ReadRequest, readRequests } from "./support.ts";

const MAX_HEAD_BYTES = 4_096;
/** For all that is made up here; 0: a fixed number of requests. */
const fuzzMs = Number(process.env["WEIR_FUZZ_MS"] ?? 0);

/** Why llhttp may refuse what weir reads, and what must be in the bytes then. */
const INTENDED: readonly [reason: string, bytes: RegExp][] = [
  // weir forwards methods that node:http does not know.
  ["HPE_INVALID_METHOD", /^/],
  // Targets are judged by the stage `route`.
  ["HPE_INVALID_URL", /^/],
  // weir takes any text after ";", and passes none of it on.
  ["HPE_STRICT Invalid character in chunk extensions", /;/],
  // llhttp takes the blanks that may end a value for a part of it, where they are tabs.
  ["HPE_INVALID_TRANSFER_ENCODING Request has invalid", /chunked *\t/i],
  // llhttp heeds a Connection in trailers.
  ["HPE_CLOSED_CONNECTION", /\r\n0.*\r\n(?:.+\r\n)*Connection:/i],
];

/** One request as both see it. */
type Seen = Omit<ReadRequest, "framing" | "upgrade" | "keepAlive">;

interface Readings {
  readonly requests: Seen[];
  /** Why it went no further; null where nothing was refused. */
  refusal: string | null;
}

const readings = new WeakMap<object, Readings>();
const server = createServer({
  maxHeaderSize: MAX_HEAD_BYTES,
  requireHostHeader: false,
  insecureHTTPParser: false,
});
server.timeout = 0;
server.maxHeadersCount = 0;
server.on("request", (request, response) => {
  const reading = readings.get(request.socket)!;
  collect(request, reading);
  response.end();
});
// What was read before is still told of, so the connection is not ended here.
server.on("clientError", (error: Error & { code?: string; reason?: string }, socket) => {
  readings.get(socket)!.refusal ??= `${error.code} ${error.reason}`;
});
// With nobody listening node:http would answer these by itself.
server.on("checkContinue", (request, response) => server.emit("request", request, response));
server.on("checkExpectation", (request, response) => server.emit("request", request, response));
afterAll(() => server.close());

function collect(request: IncomingMessage, { requests }: Readings): void {
  const { method = "", url: target = "", httpVersion, rawHeaders: fields } = request;
  const seen = { method, target, httpVersion, fields, body: "", trailers: [""], whole: false };
  requests.push(seen);
  request.on("data", (chunk: Buffer) => (seen.body += chunk.toString("latin1")));
  request.on("end", () => {
    seen.trailers = request.rawTrailers;
    seen.whole = true;
  });
}

/** A connection that has sent these bytes and is open still. */
class Wire extends Duplex {
  constructor(text: string) {
    super();
    this.push(Buffer.from(text, "latin1"));
    // Neither reset nor ended: what is not whole stays so.
    this.on("error", () => undefined);
  }

  override _read(): void {
    // All is pushed.
  }

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }

  setTimeout(): this {
    return this;
  }
}

async function readByLlhttp(text: string): Promise<Readings> {
  const wire = new Wire(text);
  const reading: Readings = { requests: [], refusal: null };
  readings.set(wire, reading);
  server.emit("connection", wire);
  // Replies, and with them the next request, take some turns each.
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
  wire.destroy();
  return reading;
}

/** What weir would act on: not what its stages refuse by framing or version. */
function readByWeir(text: string): Readings {
  const { requests, end } = readRequests([text], MAX_HEAD_BYTES);
  const good = requests.filter(
    ({ framing, httpVersion }) => framing !== "unclear" && /^1\.[01]$/.test(httpVersion),
  );
  if (good.length < requests.length) return { requests: good, refusal: "by a stage" };
  return { requests: good, refusal: ["idle", "open", "last"].includes(end) ? null : end };
}

/** null where llhttp saw all that weir would act on. */
async function difference(text: string): Promise<string | null> {
  const ours = readByWeir(text);
  const theirs = await readByLlhttp(text);
  for (const [at, one] of ours.requests.entries()) {
    const other = theirs.requests[at];
    if (other === undefined || (one.whole && !other.whole)) {
      return isIntended(theirs.refusal, text) ? null : `${at}: refused, ${theirs.refusal}`;
    }
    if (!same(one, other)) return `${show(one)}\n${show(other)}`;
  }
  if (ours.refusal !== null) return null;
  if (steps(theirs) <= steps(ours) || CLOSES_AND_KEEPS.every((part) => part.test(text)))
    return null;
  return "llhttp reads more";
}

/** In HTTP/1.0 llhttp goes on behind both options, where close wins (RFC 9112 section 9.3). */
const CLOSES_AND_KEEPS = [/HTTP\/1\.0\r\n/, /Connection:.*close/i, /Connection:.*keep-alive/i];

/** Heads and ends. */
function steps({ requests }: Readings): number {
  return requests.length + requests.filter(({ whole }) => whole).length;
}

/** Bodies count where both read them to their end. */
function same(one: Seen, other: Seen): boolean {
  const bodies = one.whole && other.whole ? {} : { body: "", trailers: [], whole: false };
  return show({ ...one, ...bodies }) === show({ ...other, ...bodies });
}

function show({ method, target, httpVersion, fields, body, trailers }: Seen): string {
  return JSON.stringify([method, target, httpVersion, fields, body, trailers]);
}

function isIntended(refusal: string | null, text: string): boolean {
  if (refusal === null) return false;
  return INTENDED.some(([reason, bytes]) => refusal.startsWith(reason) && bytes.test(text));
}

const EMPTY = "";
const odd = (usual: string, ...others: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
const eol = odd("\r\n", "\n", "\r", "\r\r\n", "\r\n ", "\r\n\t", "\n\r\n", "\0\r\n");
const space = odd(" ", EMPTY, "  ", "\t", "\x0b", "\0", "\xa0");
const method = odd("POST", "GET", "PUT", "DELETE", "HEAD", "PATCH", "get", "OPTIONS", "PO\tST");
const target = odd("/a", "/b?c=d", "*", "http://h/x", "/\xe9", "/a b", EMPTY, "/\0", "//", "/a#b");
const version = odd(
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/1.2",
  "HTTP/2.0",
  "HTTP/11",
  "http/1.1",
  "HTTP/1.",
);
const name = fc.constantFrom(
  "Content-Length",
  "content-length",
  "Transfer-Encoding",
  "TRANSFER-ENCODING",
  "Connection",
  "Host",
  "Trailer",
  "Expect",
  "X-Y",
  "Content_Length",
  "Content-Length ",
  "Transfer-Encoding\t",
  " Transfer-Encoding",
  "X\0",
  "(x)",
  EMPTY,
);
const value = fc.constantFrom(
  "5",
  "0",
  "05",
  "+5",
  "-5",
  "5,5",
  "5, 5",
  "5 5",
  "0x5",
  "5\0",
  "1e0",
  "99999999999999999999",

  "chunked",
  "Chunked",
  "chunked, chunked",
  "identity",
  "gzip, chunked",
  "chunked, identity",
  "chunked;q=1",
  "\x0bchunked",
  '"chunked"',
  "chunked,",
  ",chunked",
  "close",
  "keep-alive",
  "Keep-Alive, close",
  "x, close ,y",
  "100-continue",
  "h",
  EMPTY,
  "\xff",
  "a\x7fb",
  "a\tb",
  " ",
);
const usualField = fc.tuple(
  fc.constantFrom(
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Connection: keep-alive",
    "Connection: close",
    "X-Y:",
  ),
  eol,
);
const oddField = fc.tuple(name, odd(":", " :", EMPTY, "::"), odd(" ", EMPTY, "\t"), value, eol);
const field = fc.oneof({ weight: 3, arbitrary: usualField }, { weight: 1, arbitrary: oddField });
const chunk = fc.tuple(
  odd("5", "05", "5;x", '5;x="y z"', "5 ", "5;", "5;\0", "0x5", "5;a=b;c", "6", "4", "f"),
  eol,
  fc.constant("hello"),
  eol,
);
const body = fc.oneof(
  fc.constantFrom(EMPTY, "hello", "hell", "hello!", "0\r\n\r\n", "G"),
  fc
    .tuple(
      fc.array(chunk, { maxLength: 2 }),
      odd("0", "00", "0;x"),
      eol,
      fc.array(field, { maxLength: 1 }),
      eol,
    )
    .map((parts) => parts.flat(3).join("")),
);
const wild = fc
  .tuple(odd(EMPTY, "\r\n", "\n", " "), method, space, target, space, version, eol)
  .chain((line) =>
    fc
      .tuple(fc.array(field, { maxLength: 3 }), eol, body)
      .map((rest) => line.join("") + rest.flat(3).join("")),
  );
/** Well framed, so that what is pipelined behind it is reached. */
const framed = fc.constantFrom(
  "GET /1 HTTP/1.1\r\n\r\n",
  "POST /2 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
  "POST /3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n",
  "GET /4 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  "PUT /5 HTTP/1.1\r\nContent-Length: 0\r\nX: \xe9\r\n\r\n",
);
/** Bytes changed anywhere in what was good. */
const mutation = fc.tuple(
  fc.nat(400),
  fc.constantFrom(0, 1),
  fc.constantFrom(...'\r\n\t\0 :;,05Ga\xff"'.split(""), EMPTY),
);

const mutated = fc
  .tuple(fc.array(framed, { minLength: 1, maxLength: 3 }), fc.array(mutation, { maxLength: 3 }))
  .map(([texts, mutations]) =>
    mutations.reduce((text, [at, remove, insert]) => {
      const from = at % text.length;
      return text.slice(0, from) + insert + text.slice(from + remove);
    }, texts.join("")),
  );
const pipelined = fc
  .tuple(fc.array(framed, { maxLength: 1 }), wild, fc.array(framed, { maxLength: 1 }))
  .map((parts) => parts.flat().join(""));

test("close wins over keep-alive in HTTP/1.0, where llhttp goes on", async () => {
  const text =
    "GET /a HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
  expect(readByWeir(text).requests).toHaveLength(1);
  expect((await readByLlhttp(text)).requests).toHaveLength(2);
  expect(await difference(text)).toBeNull();
});

describe("fast-check prints the seed", () => {
  test.each([
    ["made of odd parts", pipelined],
    ["mutated", mutated],
  ])("requests %s", async (_, texts) => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await difference(text)).toBeNull();
      }),
      fuzzMs === 0
        ? { numRuns: 1_000 }
        : { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: fuzzMs / 2 },
    );
  });
});
