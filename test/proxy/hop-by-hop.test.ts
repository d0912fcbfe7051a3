// Fields that end at one hop: what crosses the proxy in each direction (RFC 9110 sections 7.6.1, 7.6.3).
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { OK, type RawUpstream, startUpstream, type UpstreamCall } from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let proxy: TestProxy;
let answer = OK;

beforeAll(async () => {
  upstream = await startUpstream((call) => call.reply(answer));
  proxy = await startProxy({ upstreams: [upstream.url] });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

async function sent(text: string): Promise<UpstreamCall> {
  answer = OK;
  const nth = upstream.calls.length;
  await exchangeRaw(proxy.port, text);
  return upstream.call(nth);
}

const requests: readonly [string, Record<string, string>, readonly string[], readonly string[]][] =
  [
    [
      "nominated",
      { Connection: "X-Secret, close", "X-Secret": "1", "X-Kept": "2" },
      ["x-secret", "connection"],
      ["x-kept"],
    ],
    ["nominated in odd case", { Connection: "x-sEcReT", "X-SECRET": "1" }, ["x-secret"], []],
    [
      "Keep-Alive and Proxy-Connection",
      { "Keep-Alive": "timeout=5", "Proxy-Connection": "keep-alive" },
      ["keep-alive", "proxy-connection"],
      [],
    ],
    [
      "TE other than trailers",
      { TE: "gzip, deflate;q=0.5", Connection: "TE" },
      ["te", "connection"],
      [],
    ],
    [
      "Upgrade to h2c",
      { Upgrade: "h2c", Connection: "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABk" },
      ["upgrade", "connection", "http2-settings"],
      [],
    ],
    [
      "HTTP2-Settings that nobody nominated",
      { "HTTP2-Settings": "AAMAAABk" },
      ["http2-settings"],
      [],
    ],
    ["Proxy-Authorization", { "Proxy-Authorization": "Basic eDp5" }, ["proxy-authorization"], []],
    ["Host is not to be nominated", { Connection: "host" }, ["connection"], ["host"]],
    [
      "nor what weir writes",
      { Connection: "X-Forwarded-For, Forwarded, Via, traceparent" },
      ["connection"],
      ["x-forwarded-for", "forwarded", "via", "traceparent"],
    ],
    [
      "with underscores, which CGI and its like read as dashes",
      {
        Transfer_Encoding: "chunked",
        Content_Length: "9",
        X_B3_TraceId: "1",
        Keep_Alive: "1",
        X_A: "1",
      },
      ["transfer_encoding", "content_length", "x_b3_traceid", "keep_alive"],
      ["x_a"],
    ],
    [
      "with other signs, which some read as dashes, too",
      {
        "Transfer.Encoding": "chunked",
        "Content!Length": "9",
        "X.Forwarded.For": "192.0.2.1",
        "X~Original~URL": "/admin",
        "X.A": "1",
      },
      ["transfer.encoding", "content!length", "x.forwarded.for", "x~original~url"],
      ["x.a"],
    ],
    [
      "that tell of host, scheme or client in other words",
      {
        "X-Host": "b",
        "X-HTTP-Host-Override": "b",
        "X-Original-Host": "b",
        "X-Forwarded-Scheme": "https",
        "X-Forwarded-Ssl": "on",
        "Front-End-Https": "on",
        "X-Url-Scheme": "https",
        "Client-IP": "127.0.0.1",
        "X-Client-IP": "127.0.0.1",
        Proxy: "http://b",
      },
      [
        "x-host",
        "x-http-host-override",
        "x-original-host",
        "x-forwarded-scheme",
        "x-forwarded-ssl",
        "front-end-https",
        "x-url-scheme",
        "client-ip",
        "x-client-ip",
        "proxy",
      ],
      [],
    ],
    ["empty list members", { Connection: ", ,X-A,,", "X-A": "1" }, ["x-a"], []],
  ];

it.each(requests)("request: %s", async (...[, fields, gone, kept]) => {
  const { fields: got } = await sent(requestText("GET /", fields));
  for (const name of gone) expect(got.names).not.toContain(name);
  for (const name of kept) expect(got.names).toContain(name);
});

it("keeps Content-Length though the client nominates it", async () => {
  const fields = { Connection: "content-length", "Content-Length": "3" };
  const call = await sent(requestText("POST /", fields, "abc"));
  expect(call.fields.get("content-length")).toBe("3");
  expect((await call.body()).text).toBe("abc");
});

it("passes fields on in order, with their case and repeats", async () => {
  const text =
    "GET / HTTP/1.1\r\nHost: a.test\r\nX-b: 1\r\nx-A: 2\r\nX-b: 3\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n";
  const { fields } = await sent(text);
  const own = fields.lines.filter(([name]) => /^(x-[ab]|cookie)$/i.test(name));
  expect(own).toEqual([
    ["X-b", "1"],
    ["x-A", "2"],
    ["X-b", "3"],
    ["Cookie", "a=1"],
    ["Cookie", "b=2"],
  ]);
});

it.each([["trailers"], ["gzip, trailers;q=1"]])(
  "says itself that trailers are welcome where the client does: %s",
  async (te) => {
    const { fields } = await sent(requestText("GET /", { TE: te, Connection: "TE" }));
    expect(fields.all("te")).toEqual(["trailers"]);
    expect(fields.all("connection")).toEqual(["TE"]);
  },
);

it.each([
  ["1.1", undefined, "1.1 weir"],
  ["1.0", undefined, "1.0 weir"],
  ["1.1", "1.0 fred, 1.1 p.example (Apache)", "1.0 fred, 1.1 p.example (Apache), 1.1 weir"],
])("HTTP/%s with Via %s becomes %s", async (version, via, expected) => {
  const line = via === undefined ? "" : `Via: ${via}\r\n`;
  const { fields } = await sent(`GET / HTTP/${version}\r\nHost: a\r\n${line}\r\n`);
  expect(fields.all("via")).toEqual([expected]);
});

it("joins several Via fields in order", async () => {
  const { fields } = await sent("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.0 a\r\nVia: 1.1 b\r\n\r\n");
  expect(fields.all("via")).toEqual(["1.0 a, 1.1 b, 1.1 weir"]);
});

const responses: readonly [string, string, readonly string[], readonly string[]][] = [
  ["nominated", "Connection: X-Inner\r\nX-Inner: 1\r\nX-Outer: 2", ["x-inner"], ["x-outer"]],
  ["Keep-Alive", "Keep-Alive: timeout=1\r\nProxy-Connection: close", ["proxy-connection"], []],
  ["Upgrade", "Upgrade: h2c\r\nConnection: Upgrade", ["upgrade"], []],
  ["Proxy-Authenticate", "Proxy-Authenticate: Basic", ["proxy-authenticate"], []],
  [
    "Content-Length stays",
    "Connection: Content-Length, traceresponse",
    [],
    ["content-length", "traceresponse"],
  ],
  ["several Set-Cookie", "Set-Cookie: a=1\r\nSet-Cookie: b=2", [], ["set-cookie"]],
];

it.each(responses)("response: %s", async (...[, lines, gone, kept]) => {
  answer = `HTTP/1.1 200 OK\r\n${lines}\r\nContent-Length: 2\r\n\r\nok`;
  const { fields, text } = await exchangeRaw(proxy.port, requestText("GET /"));
  expect(text).toBe("ok");
  for (const name of gone) expect(fields.names).not.toContain(name);
  for (const name of kept) expect(fields.names).toContain(name);
  expect(fields.get("connection")).toBe("keep-alive");
  const cookies = lines.split("\r\n").filter((line) => line.startsWith("Set-Cookie"));
  expect(fields.all("set-cookie")).toEqual(cookies.map((line) => line.slice(12)));
});

it("keeps the client's connection though the upstream closes its own", async () => {
  answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
  using client = await connectRaw(proxy.port);
  for (let nth = 0; nth < 2; nth++) {
    client.send(requestText("GET /"));
    expect((await client.response()).text).toBe("ok");
  }
});

it("writes its own traceresponse in place of the upstream's", async () => {
  answer = "HTTP/1.1 200 OK\r\ntraceresponse: 00-x\r\nContent-Length: 2\r\n\r\nok";
  const { fields } = await exchangeRaw(proxy.port, requestText("GET /"));
  expect(fields.all("traceresponse")).toEqual([
    expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/),
  ]);
});

it("names in Host what an absolute-form target named (RFC 9112 section 3.2.2)", async () => {
  const { fields, target } = await sent(
    requestText("GET http://Inner.Test:81/p?q=1", { Host: "outer.test" }),
  );
  expect(target).toBe("/p?q=1");
  expect(fields.all("host")).toEqual(["inner.test:81"]);
});

it.each(["", "Host:\r\n"])(
  "gives a request of HTTP/1.0 that names no host the endpoint's: %j",
  async (host) => {
    const { fields } = await sent(`GET / HTTP/1.0\r\n${host}\r\n`);
    expect(fields.all("host")).toEqual([`127.0.0.1:${upstream.port}`]);
    expect(fields.names).not.toContain("x-forwarded-host");
  },
);
