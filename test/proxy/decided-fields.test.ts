// What routes and policy read of a request's fields is what the upstream reads: nothing takes it away or stands in for it.
import { afterAll, beforeAll, expect, it } from "vitest";
import { model } from "../policy/support.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOnceRead, type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startUpstream(answerOnceRead);
  proxy = await startProxy({
    upstreams: [upstream.url],
    config: {
      routes: [{ name: "v2", match: { headers: { "X-Version": "2" } }, service: "app" }],
    },
    policy: {
      model: model({ roles: "", matcher: "r.sub == p.sub && r.obj == p.obj && r.act == p.act" }),
      rules: "p, anonymous, blue, POST, allow\n",
    },
    request: ["identity.subject", "request.header.X-Tenant", "request.method"],
  });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const ALLOWED = { "X-Version": "2", "X-Tenant": "blue" };

it.each([
  ["alone", {}, ""],
  ["though Connection names them", { Connection: "X-Tenant, x-version" }, ""],
  ["beside what CGI reads as the same", { X_Tenant: "red", "x.version": "1" }, ""],
  ["before a trailer of their name", { Trailer: "X-Tenant" }, "X-Tenant: red\r\n"],
  ["before a trailer that CGI reads so", {}, "x_tenant: red\r\nX.Version: 1\r\n"],
])("reach the upstream: %s", async (_, fields, trailers) => {
  const nth = upstream.calls.length;
  const all = { ...ALLOWED, ...fields, "Transfer-Encoding": "chunked" };
  const text = requestText("POST /", all, `0\r\n${trailers}X-Sum: 1\r\n\r\n`);
  expect((await exchangeRaw(proxy.port, text)).status).toBe(200);
  const call = await upstream.call(nth);
  const read = call.fields.lines.filter(([name]) => /tenant|version/i.test(name));
  expect(read).toEqual(Object.entries(ALLOWED));
  expect((await call.body()).trailers.lines).toEqual([["X-Sum", "1"]]);
});

it.each([
  ["another value behind", "X-Tenant: blue\r\nX-Tenant: red"],
  ["another value before", "X-Tenant: red\r\nX-Tenant: blue"],
  ["a list", "X-Tenant: blue, red"],
  ["a look-alike alone", "X_Tenant: blue"],
  ["a blank value", "X-Tenant:"],
])("denied: %s", async (_, lines) => {
  const text = `POST / HTTP/1.1\r\nHost: a\r\nX-Version: 2\r\n${lines}\r\n\r\n`;
  expect((await exchangeRaw(proxy.port, text)).status).toBe(403);
});
