// Bytes that are no request: each gets a 4xx or 505 with a code, and a row of its own.
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOnceRead, type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let proxy: TestProxy;
/** For the head that is never whole, or never begun. */
let hasty: TestProxy;
const LIMITS = { header_bytes: 4096, header_count: 20, uri_bytes: 200, head_ms: 60_000 };

beforeAll(async () => {
  upstream = await startUpstream(answerOnceRead);
  const upstreams = [upstream.url];
  proxy = await startProxy({ upstreams, config: { limits: LIMITS } });
  hasty = await startProxy({ upstreams, config: { limits: { ...LIMITS, head_ms: 200 } } });
});
afterAll(async () => {
  await Promise.all([proxy[Symbol.asyncDispose](), hasty[Symbol.asyncDispose]()]);
  await upstream[Symbol.asyncDispose]();
});

const H = "Host: a\r\n";
const fixtures: readonly [name: string, bytes: string, status: number, code: string][] = [
  ["no version", "GET /\r\n\r\n", 505, "version_not_supported"],
  ["unknown version", `GET / HTTP/1.2\r\n${H}\r\n`, 505, "version_not_supported"],
  ["HTTP/3.0", `GET / HTTP/3.0\r\n${H}\r\n`, 505, "version_not_supported"],
  ["HTTP/0.9", `GET / HTTP/0.9\r\n${H}\r\n`, 505, "version_not_supported"],
  ["HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version_not_supported"],
  ["lower-case http", `GET / http/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["method in lower case", `get / HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["method that is no word", `G@T / HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["endless method", `${"A".repeat(40)} / HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["space in target", `GET /a b HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["garbage", "\x01\x02\x03\x04\r\n\r\n", 400, "malformed_request"],
  ["TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformed_request"],
  [
    "header too large",
    `GET / HTTP/1.1\r\n${H}X: ${"a".repeat(5000)}\r\n\r\n`,
    431,
    "headers_too_large",
  ],
  [
    "too many headers",
    `GET / HTTP/1.1\r\n${H}${"X: 1\r\n".repeat(20)}\r\n`,
    431,
    "headers_too_large",
  ],
  ["long target", `GET /${"a".repeat(200)} HTTP/1.1\r\n${H}\r\n`, 414, "uri_too_long"],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", 400, "bad_host"],
  ["two Hosts", `GET / HTTP/1.1\r\n${H}${H}\r\n`, 400, "bad_host"],
  ["Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad_host"],
  ["Host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "bad_host"],
  ["Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "bad_host"],
  ["Host list", "GET / HTTP/1.1\r\nHost: a,b\r\nHost: c\r\n\r\n", 400, "bad_host"],
  [
    "length and chunked",
    `POST / HTTP/1.1\r\n${H}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "chunked and length",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "two lengths",
    `POST / HTTP/1.1\r\n${H}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
    400,
    "malformed_request",
  ],
  [
    "length list",
    `POST / HTTP/1.1\r\n${H}Content-Length: 3, 3\r\n\r\nabc`,
    400,
    "malformed_request",
  ],
  [
    "negative length",
    `POST / HTTP/1.1\r\n${H}Content-Length: -1\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "length with sign",
    `POST / HTTP/1.1\r\n${H}Content-Length: +3\r\n\r\nabc`,
    400,
    "malformed_request",
  ],
  ["hex length", `POST / HTTP/1.1\r\n${H}Content-Length: 0x3\r\n\r\nabc`, 400, "malformed_request"],
  [
    "huge length",
    `POST / HTTP/1.1\r\n${H}Content-Length: 99999999999999999999\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "gzip, chunked",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "identity",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: identity\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "chunked twice",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "xchunked",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: xchunked\r\n\r\n`,
    400,
    "malformed_request",
  ],
  [
    "chunked with a tab",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`,
    400,
    "malformed_request",
  ],
  ["obs-fold", `GET / HTTP/1.1\r\n${H}X: a\r\n b\r\n\r\n`, 400, "malformed_request"],
  ["bare LF", `GET / HTTP/1.1\nHost: a\n\n`, 400, "malformed_request"],
  ["bare CR in a value", `GET / HTTP/1.1\r\n${H}X: a\rb\r\n\r\n`, 400, "malformed_request"],
  ["space before the colon", `GET / HTTP/1.1\r\n${H}X : a\r\n\r\n`, 400, "malformed_request"],
  ["space before the first field", `GET / HTTP/1.1\r\n X: a\r\n${H}\r\n`, 400, "malformed_request"],
  ["NUL in a value", `GET / HTTP/1.1\r\n${H}X: a\0b\r\n\r\n`, 400, "malformed_request"],
  ["no field name", `GET / HTTP/1.1\r\n${H}: a\r\n\r\n`, 400, "malformed_request"],
  ["no colon", `GET / HTTP/1.1\r\n${H}X\r\n\r\n`, 400, "malformed_request"],
  ["asterisk with GET", `GET * HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["unknown target form", `GET a HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["ftp target", `GET ftp://a/ HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["target with user", `GET http://u@a/ HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  ["fragment in the query", `GET /?a#b HTTP/1.1\r\n${H}\r\n`, 400, "malformed_request"],
  [
    "bad chunk size",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    400,
    "malformed_request",
  ],
  [
    "huge chunk size",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`,
    400,
    "malformed_request",
  ],
  [
    "chunk without CRLF",
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`,
    400,
    "malformed_request",
  ],
  ["slow head", "GET / HTTP/1.1\r\nHost: a\r\n", 408, "request_timeout"],
];

it.each(fixtures)("%s", async (...[, bytes, status, code]) => {
  const { port, rows } = status === 408 ? hasty : proxy;
  const nth = rows.length;
  using client = await connectRaw(port);
  client.send(bytes);
  const response = await client.response();
  expect(response).toMatchObject({ status });
  const problem = JSON.parse(response.text) as { trace_id: string };
  expect(problem).toMatchObject({ code, status });
  expect(response.fields.get("content-type")).toBe("application/problem+json");
  const [, traceId, spanId] = response.fields.get("traceresponse")!.split("-");
  expect(rows).toHaveLength(nth + 1);
  expect(rows[nth]).toMatchObject({
    traceId,
    spanId,
    status,
    errorCode: code,
    errorSource: "client",
    completed: true,
  });
  expect(problem.trace_id).toBe(traceId);
  if (status !== 414 && status !== 431 && code !== "bad_host")
    expect(response.fields.get("connection")).toMatch(/close|keep-alive/);
});

it.each(fixtures.filter(([name]) => /chunk|length|obs|bare|space before|NUL|garbage/.test(name)))(
  "closes the connection after: %s",
  async (_, bytes) => {
    using client = await connectRaw(proxy.port);
    const { length } = upstream.calls;
    client.send(`${bytes}${requestText("GET /smuggled")}`);
    const { fields } = await client.response();
    expect(fields.get("connection")).toBe("close");
    await client.closed;
    expect(upstream.calls.slice(length)).toEqual([]);
    expect(proxy.rows.map(({ path }) => path)).not.toContain("/smuggled");
  },
);

it("a malformed request after a good one: both answered in order, a row each", async () => {
  const nth = proxy.rows.length;
  using client = await connectRaw(proxy.port);
  client.send(`${requestText("GET /good")}GET / HTTP/1.1\r\nbad header\r\n\r\n`);
  expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
  expect(await client.response()).toMatchObject({ status: 400 });
  await client.closed;
  expect(proxy.rows.slice(nth).map(({ status }) => status)).toEqual([200, 400]);
});

it("a malformed request on a kept connection", async () => {
  using client = await connectRaw(proxy.port);
  client.send(requestText("GET /good"));
  expect((await client.response()).status).toBe(200);
  client.send("nonsense\r\n\r\n");
  expect((await client.response()).status).toBe(400);
  await client.closed;
});

it("garbage that goes on after the refusal makes no further rows", async () => {
  const nth = proxy.rows.length;
  using client = await connectRaw(proxy.port);
  client.send("nonsense\r\n\r\n");
  client.send("nonsense\r\n\r\n");
  await client.response();
  client.send("nonsense\r\n\r\n");
  await client.closed;
  client.socket.end();
  await exchangeRaw(proxy.port, requestText("GET /"));
  expect(proxy.rows).toHaveLength(nth + 2);
});

it("a refused connection does not stay half open", async () => {
  using client = await connectRaw(proxy.port);
  client.socket.allowHalfOpen = true;
  client.send("nonsense\r\n\r\n");
  await client.response();
  // The client does not close its side; weir does not wait for it for ever.
  const reset = new Promise((resolve) => client.socket.once("error", resolve));
  const poke = setInterval(() => client.send("x"), 50);
  await reset;
  clearInterval(poke);
});

it("a connection that never sends a byte is closed without a row", async () => {
  const nth = hasty.rows.length;
  using client = await connectRaw(hasty.port);
  await client.closed;
  expect(client.reader.pending).toBe("");
  expect(hasty.rows).toHaveLength(nth);
});

it("pipelined requests are taken one after the other, in order", async () => {
  await using slow = await startUpstream(async (call) => {
    expect(slow.calls.at(-1)).toBe(call);
    await new Promise(setImmediate);
    call.reply(`HTTP/1.1 200 OK\r\nContent-Length: ${call.target.length}\r\n\r\n${call.target}`);
  });
  await using own = await startProxy({ upstreams: [slow.url] });
  using client = await connectRaw(own.port);
  const paths = Array.from({ length: 30 }, (_, nth) => `/${nth}`);
  client.send(paths.map((path) => requestText(`GET ${path}`)).join(""));
  for (const path of paths) expect((await client.response()).text).toBe(path);
  expect(own.rows.map(({ path }) => path)).toEqual(paths);
});

it("what is pipelined behind a request that asks for the end is not acted on", async () => {
  const nth = upstream.calls.length;
  using client = await connectRaw(proxy.port);
  client.send(requestText("GET /last", { Connection: "close" }) + requestText("GET /late"));
  expect((await client.response()).status).toBe(200);
  await client.closed;
  expect(upstream.calls.slice(nth).map(({ target }) => target)).toEqual(["/last"]);
});

const short = fixtures.filter(([name, bytes]) => bytes.length < 300 && name !== "slow head");

it.each(short)("sent byte by byte: %s", async (...[, bytes, status, code]) => {
  using client = await connectRaw(proxy.port);
  const response = client.response();
  for (const byte of bytes) {
    client.send(byte);
    await new Promise(setImmediate);
  }
  const { status: got, text } = await response;
  expect(got).toBe(status);
  expect(JSON.parse(text)).toMatchObject({ code });
});
