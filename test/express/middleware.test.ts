// The middleware on real sockets: what is forwarded, what is refused, and the row of each request.
import { attemptSpanId } from "../../src/telemetry/span-ids.ts";
import { request as httpRequest, type IncomingMessage } from "node:http";
import express from "express";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ALICE,
  ask,
  BOB,
  deadUrl,
  listen,
  type Listening,
  startApp,
  type TestApp,
} from "./support.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

let upstream: Listening;
let app: TestApp;
let seen: IncomingMessage[] = [];

beforeAll(async () => {
  upstream = await listen((request, response) => {
    seen.push(request);
    response.setHeader("x-from", "upstream");
    if (request.url === "/orders/slow") return;
    if (request.url === "/orders/cut") {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => response.destroy());
      return;
    }
    request.pipe(response);
  });
  app = await startApp({ endpoints: [upstream.url] });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

async function askFor(path: string, options: Parameters<typeof ask>[1] = {}) {
  seen = [];
  const before = app.rows.length;
  const reply = await ask(`${app.url}${path}`, options);
  return { reply, row: await app.row(before), call: seen[0] };
}

describe("what is allowed", () => {
  test("is forwarded, with its row", async () => {
    const { reply, row, call } = await askFor("/orders//a/../17?x=1", {
      method: "POST",
      headers: ALICE,
      body: "two socks",
    });
    expect(reply).toMatchObject({
      status: 200,
      body: "two socks",
      headers: { "x-from": "upstream" },
    });
    expect(call).toMatchObject({ method: "POST", url: "/orders/17?x=1" });
    expect(row).toMatchObject({
      method: "POST",
      path: "/orders/17",
      route: "orders",
      service: "orders",
      identity: { subject: "alice", kind: "key" },
      authOutcome: "ok",
      decision: "allow",
      rule: "p, alice, /orders/*, *, allow",
      upstream: upstream.url,
      picker: "round-robin",
      candidates: [upstream.url],
      status: 200,
      requestBytes: 9,
      responseBytes: 9,
      completed: true,
      errorCode: "",
    });
    expect(row.attempts).toMatchObject([{ upstream: upstream.url, status: 200, error: "" }]);
    expect(row.upstreamFirstByteNs).toBeGreaterThan(0);
    expect(row.durationNs).toBeGreaterThan(row.upstreamNs);
  });

  test("continues the caller's trace, from row to upstream to reply", async () => {
    const headers = { ...ALICE, traceparent: TRACEPARENT, tracestate: "vendor=1" };
    const { reply, row, call } = await askFor("/orders/1", { headers });
    expect(row).toMatchObject({ traceId: TRACE_ID, parentSpanId: "b7ad6b7169203331" });
    expect(call?.headers["traceparent"]).toBe(`00-${TRACE_ID}-${attemptSpanId(row.spanId, 0)}-01`);
    expect(call?.headers["tracestate"]).toBe("vendor=1");
    expect(reply.headers["traceresponse"]).toBe(`00-${TRACE_ID}-${row.spanId}-01`);
  });

  test("reaches the upstream with verified identity only, and with weir's own fields", async () => {
    const { call } = await askFor("/orders/1", {
      headers: {
        ...ALICE,
        "X-Weir-Subject": "root",
        x_weir_subject: "root",
        "X-Forwarded-For": "6.6.6.6",
        Connection: "close, x-hop",
        "X-Hop": "1",
        "X-Kept": "1",
        Expect: "100-continue",
      },
    });
    expect(call?.headers).toMatchObject({
      "x-weir-subject": "alice",
      "x-forwarded-for": "127.0.0.1",
      via: "1.1 weir",
      host: new URL(app.url).host,
      "x-kept": "1",
    });
    for (const name of ["x-api-key", "x_weir_subject", "x-hop", "expect"])
      expect(call?.headers).not.toHaveProperty(name);
  });

  test.each([
    ["GET", undefined],
    ["DELETE", undefined],
    ["OPTIONS", undefined],
    ["POST", undefined],
    ["DELETE", "with a body"],
    ["GET", "with a body"],
  ])("%s with body %s arrives framed as it was sent", async (method, body) => {
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const { reply, call } = await askFor("/orders/1", {
      method,
      headers: { ...ALICE, ...length },
      ...(body === undefined ? {} : { body }),
    });
    expect(reply).toMatchObject({ status: 200, body: body ?? "" });
    expect(call?.headers["transfer-encoding"]).toBeUndefined();
    expect(Number(call?.headers["content-length"] ?? 0)).toBe(body?.length ?? 0);
  });

  test("HEAD has no body", async () => {
    const { reply, row } = await askFor("/orders/1", { method: "HEAD", headers: ALICE });
    expect(reply).toMatchObject({ status: 200, body: "" });
    expect(row).toMatchObject({ status: 200, completed: true });
  });

  test("streams both ways: the reply begins while the request still runs", async () => {
    const before = app.rows.length;
    const sent = httpRequest(`${app.url}/orders/stream`, {
      method: "POST",
      headers: ALICE,
      agent: false,
    });
    sent.write("first");
    const response = await new Promise<IncomingMessage>((resolve) => sent.on("response", resolve));
    const chunks = response.setEncoding("utf8")[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toBe("first");
    expect(app.rows).toHaveLength(before);
    sent.write("second");
    expect((await chunks.next()).value).toBe("second");
    sent.end();
    expect((await chunks.next()).done).toBe(true);
    expect(await app.row(before)).toMatchObject({ requestBytes: 11, responseBytes: 11 });
  });

  test("a large body passes whole", async () => {
    const body = "0123456789abcdef".repeat(256 * 1024);
    const { reply, row } = await askFor("/orders/large", { method: "PUT", headers: ALICE, body });
    expect(reply.body === body).toBe(true);
    expect(row).toMatchObject({ requestBytes: body.length, responseBytes: body.length });
  });
});

describe("what is refused", () => {
  test.each([
    { title: "no key", path: "/orders/1", headers: {}, status: 401, code: "unauthenticated" },
    {
      title: "a wrong key",
      path: "/orders/1",
      headers: { "x-api-key": "no" },
      status: 401,
      code: "invalid_credentials",
    },
    { title: "denied", path: "/orders/1", headers: BOB, status: 403, code: "forbidden" },
    { title: "no route", path: "/elsewhere", headers: ALICE, status: 404, code: "no_route" },
    {
      title: "an ambiguous path",
      path: "/orders/%2e%2e%2fx",
      headers: ALICE,
      status: 400,
      code: "ambiguous_path",
    },
  ])("$title: $status", async ({ path, headers, status, code }) => {
    const { reply, row, call } = await askFor(path, { headers });
    expect(call).toBeUndefined();
    expect(reply.status).toBe(status);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(reply.body)).toMatchObject({ status, code, trace_id: row.traceId });
    expect(reply.headers["traceresponse"]).toContain(row.traceId);
    expect(row).toMatchObject({ status, errorCode: code, errorSource: "client", completed: true });
  });
});

describe("when endpoints fail", () => {
  test.each([
    ["GET", undefined],
    ["POST", "only once"],
  ])("a dead one is passed over: %s", async (method, body) => {
    const dead = await deadUrl();
    await using own = await startApp({ endpoints: [dead, upstream.url] });
    for (const nth of [0, 1]) {
      const reply = await ask(`${own.url}/open/1`, {
        method,
        ...(body === undefined ? {} : { body }),
      });
      expect(reply).toMatchObject({ status: 200, body: body ?? "" });
      const { attempts } = await own.row(nth);
      expect(attempts.at(-1)).toMatchObject({ upstream: upstream.url, status: 200, error: "" });
      for (const { upstream: url, error } of attempts.slice(0, -1))
        expect([url, error]).toEqual([dead, "upstream_unreachable"]);
    }
    expect(own.rows.some(({ attempts }) => attempts.length === 2)).toBe(true);
  });

  test("all dead: 502", async () => {
    await using own = await startApp({ endpoints: [await deadUrl()] });
    const reply = await ask(`${own.url}/open/1`);
    const row = await own.row(0);
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body)).toMatchObject({
      code: "upstream_unreachable",
      trace_id: row.traceId,
    });
    expect(row).toMatchObject({ status: 502, errorSource: "upstream" });
  });

  test("one that breaks off in the middle of a reply: so does the reply", async () => {
    const before = app.rows.length;
    await expect(ask(`${app.url}/orders/cut`, { headers: ALICE })).rejects.toThrow();
    expect(await app.row(before)).toMatchObject({ completed: false, errorCode: "upstream_reset" });
  });

  test("one that does not answer in time: 504", async () => {
    const config = { timeouts: { header_ms: 50 } };
    await using silent = await listen(() => undefined);
    await using own = await startApp({ endpoints: [silent.url], config });
    const reply = await ask(`${own.url}/open/1`);
    expect(reply.status).toBe(504);
    expect(await own.row(0)).toMatchObject({ errorCode: "header_timeout" });
  });

  test("a client that leaves cancels the request upstream", async () => {
    const before = app.rows.length;
    const called = new Promise<IncomingMessage>((resolve) =>
      upstream.server.once("request", resolve),
    );
    const sent = httpRequest(`${app.url}/orders/slow`, { headers: ALICE, agent: false });
    sent.on("error", () => undefined);
    sent.end();
    const call = await called;
    const gone = new Promise((resolve) => call.socket.once("close", resolve));
    sent.destroy();
    await gone;
    expect(await app.row(before)).toMatchObject({ errorCode: "client_closed", status: 499 });
  });
});

test("mounted below a path, policy and upstream still see the whole path", async () => {
  await using own = await startApp({
    endpoints: [upstream.url],
    mount: (to, weir) => void to.use("/orders", weir.middleware()),
  });
  seen = [];
  expect(await ask(`${own.url}/orders/1`, { headers: ALICE })).toMatchObject({ status: 200 });
  expect(seen[0]?.url).toBe("/orders/1");
});

test("a body that was read before is a mistake that says so", async () => {
  await using own = await startApp({
    endpoints: [upstream.url],
    mount(to, weir) {
      to.set("env", "test");
      to.use(express.json(), weir.middleware());
    },
  });
  const reply = await ask(`${own.url}/open/1`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(reply.status).toBe(500);
  expect(reply.body).toContain("must come before");
});

test("connections to an endpoint are kept", async () => {
  let connections = 0;
  await using counting = await listen((request, response) => request.pipe(response));
  counting.server.on("connection", () => connections++);
  await using own = await startApp({ endpoints: [counting.url] });
  for (let nth = 0; nth < 5; nth++) await ask(`${own.url}/open/1`);
  expect(connections).toBe(1);
});
