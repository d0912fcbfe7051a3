// Clients of HTTP/1.0: no chunks, no interim responses, and the connection ends unless asked otherwise.
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw } from "../support/raw-client.ts";
import { type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let proxy: TestProxy;

const ANSWERS: Readonly<Record<string, string>> = {
  "/length": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "/chunked":
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
  "/broken": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
  "/hints":
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
};

beforeAll(async () => {
  upstream = await startUpstream((call) => {
    call.reply(ANSWERS[call.target] ?? "");
    if (call.target === "/broken") call.socket.end();
  });
  proxy = await startProxy({ upstreams: [upstream.url] });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

it.each(["/length", "/chunked", "/hints"])(
  "%s: body ended by the connection's end, no chunks, no 1xx",
  async (path) => {
    using client = await connectRaw(proxy.port);
    client.send(`GET ${path} HTTP/1.0\r\nHost: a\r\n\r\n`);
    const response = await client.response();
    expect(response).toMatchObject({ status: 200, text: "hello" });
    expect(response.fields.names).not.toContain("transfer-encoding");
    await client.closed;
    expect(upstream.calls.at(-1)!.fields.get("via")).toBe("1.0 weir");
  },
);

it("a broken body does not pass for a whole one: the connection is reset", async () => {
  using client = await connectRaw(proxy.port);
  const failed = once(client.socket, "error");
  client.send("GET /broken HTTP/1.0\r\nHost: a\r\n\r\n");
  expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
});

it("keeps the connection where the client asks and the length is known", async () => {
  using client = await connectRaw(proxy.port);
  for (let nth = 0; nth < 2; nth++) {
    client.send("GET /length HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    const response = await client.response();
    expect(response.text).toBe("hello");
    expect(response.fields.get("connection")).toBe("keep-alive");
  }
});

it("ignores an expectation of 100 (RFC 9110 section 10.1.1)", async () => {
  using client = await connectRaw(proxy.port);
  client.send(
    "POST /length HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
  );
  expect((await client.response()).status).toBe(200);
});

it("refuses Transfer-Encoding from such a client", async () => {
  using client = await connectRaw(proxy.port);
  client.send("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  expect((await client.response()).status).toBe(400);
});
