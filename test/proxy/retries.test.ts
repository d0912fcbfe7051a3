// Another endpoint where the first could not be reached and it is safe (RFC 9110 section 9.2.2).
import { attemptSpanId } from "../../src/telemetry/span-ids.ts";
import { expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import {
  answerOk,
  answerOnceRead,
  OK,
  type RawUpstream,
  startUpstream,
} from "../support/raw-upstream.ts";

const POST = requestText("POST /", { "Content-Length": "4" }, "body");
const CHUNKED = requestText("POST /", { "Transfer-Encoding": "chunked" }, "4\r\nbody\r\n0\r\n\r\n");
const GET = requestText("GET /");

/** Reads the request and hangs up. */
const hangUp = (): Promise<RawUpstream> => startUpstream((call) => void call.socket.destroy());

it.each([
  ["GET", GET, ""],
  ["POST", POST, "body"],
  ["chunked POST", CHUNKED, "body"],
])("a refused connection: the second endpoint answers %s", async (_, text, body) => {
  await using upstream = await startUpstream(answerOk);
  const dead = `http://127.0.0.1:${await freePort()}`;
  await using proxy = await startProxy({ upstreams: [dead, upstream.url] });
  for (let nth = 0; nth < 2; nth++) {
    expect((await exchangeRaw(proxy.port, text)).status).toBe(200);
    expect((await upstream.calls[nth]!.body()).text).toBe(body);
  }
  const retried = proxy.rows.filter((row) => row.attempts.length === 2);
  expect(retried.length).toBeGreaterThan(0);
  for (const row of retried) {
    const [first, second] = row.attempts;
    expect(first).toMatchObject({ upstream: dead, status: 0, error: "upstream_unreachable" });
    expect(second).toMatchObject({ upstream: upstream.url, status: 200, error: "" });
    expect(second!.startedNs).toBeGreaterThan(first!.startedNs);
    expect(row).toMatchObject({ upstream: upstream.url, status: 200, errorCode: "" });
  }
  const last = proxy.rows.at(-1)!;
  expect(upstream.calls.at(-1)!.fields.get("traceparent")!.split("-")[2]).toBe(
    attemptSpanId(last.spanId, last.attempts.length - 1),
  );
});

it("all refused: 502 and every attempt in the row", async () => {
  const dead = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
  await using proxy = await startProxy({ upstreams: dead });
  const { status, text } = await exchangeRaw(proxy.port, GET);
  expect(status).toBe(502);
  expect(JSON.parse(text)).toMatchObject({ code: "upstream_unreachable" });
  expect(proxy.rows[0]!.attempts.map(({ upstream }) => upstream).sort()).toEqual([...dead].sort());
});

it("retries: 0 means none", async () => {
  await using upstream = await startUpstream(answerOk);
  const endpoints = [`http://127.0.0.1:${await freePort()}`, upstream.url];
  await using proxy = await startProxy({
    config: { services: { app: { endpoints, retries: 0, balance: "round-robin" } } },
  });
  const statuses = [await exchangeRaw(proxy.port, GET), await exchangeRaw(proxy.port, GET)].map(
    ({ status }) => status,
  );
  expect(statuses.sort((a, b) => a - b)).toEqual([200, 502]);
});

it.each([
  ["GET is repeated", GET, [200, 200]],
  ["PUT whose body was taken is not", POST.replace("POST", "PUT"), [200, 502]],
  ["POST is not", POST, [200, 502]],
  ["POST without a body is not", requestText("POST /"), [200, 502]],
])("hung up on after it was sent: %s", async (_, text, expected) => {
  await using bad = await hangUp();
  await using good = await startUpstream(answerOnceRead);
  await using proxy = await startProxy({ upstreams: [bad.url, good.url] });
  const statuses = [await exchangeRaw(proxy.port, text), await exchangeRaw(proxy.port, text)].map(
    ({ status }) => status,
  );
  expect(statuses.sort((a, b) => a - b)).toEqual(expected);
  for (const row of proxy.rows.filter(({ status }) => status === 502)) {
    expect(row).toMatchObject({ errorCode: "upstream_reset", errorSource: "upstream" });
    expect(row.attempts).toHaveLength(1);
  }
});

it("an answer that began is never repeated", async () => {
  await using bad = await startUpstream((call) => {
    call.reply("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    call.socket.end();
  });
  await using proxy = await startProxy({
    upstreams: [bad.url, bad.url.replace("127.0.0.1", "localhost")],
  });
  await expect(exchangeRaw(proxy.port, GET)).rejects.toThrow("early");
  expect((await proxy.row(0)).attempts).toHaveLength(1);
});

it("an upstream whose answer is no HTTP is a 502", async () => {
  await using bad = await startUpstream((call) => call.reply("SSH-2.0-x\r\n\r\n"));
  await using proxy = await startProxy({ upstreams: [bad.url] });
  const { text } = await exchangeRaw(proxy.port, GET);
  expect(JSON.parse(text)).toMatchObject({ code: "upstream_malformed", status: 502 });
});

it.each([
  ["GET", GET, 200, 2],
  ["POST", POST, 502, 1],
])(
  "a kept connection the upstream had closed: %s on the only endpoint",
  async (...[, text, status, attempts]) => {
    const seen = new WeakSet();
    await using upstream = await startUpstream(async (call) => {
      // The second request of a connection meets its end, as when both sides act at once.
      if (seen.has(call.socket)) {
        call.socket.resetAndDestroy();
        return;
      }
      seen.add(call.socket);
      await call.body();
      call.reply(OK);
    });
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using client = await connectRaw(proxy.port);
    client.send(GET);
    expect((await client.response()).status).toBe(200);
    client.send(text);
    expect((await client.response()).status).toBe(status);
    expect(proxy.rows[1]!.attempts).toHaveLength(attempts);
  },
);
