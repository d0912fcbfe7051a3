// Clients that want too much or take too long: floods of connections, trailers and small chunks, slow ones, bombs.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createLog } from "../../src/core/log.ts";
import { createProxyTest } from "../../src/core/forwarded.ts";
import {
  createRefusedReport,
  createRefusedConnections,
} from "../../src/proxy/refused-connections.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, type RawClient, requestText } from "../support/raw-client.ts";
import { answerOnceRead, OK, startUpstream } from "../support/raw-upstream.ts";

const CHUNKED = { "Transfer-Encoding": "chunked" };

describe("connections", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::ffff:127.0.0.1", true],
    ["::1", true],
    ["192.0.2.7", true],
    ["::ffff:192.0.2.7", true],
    ["2001:db8:1::9", true],
    ["198.51.100.1", false],
    ["::ffff:198.51.100.1", false],
    ["2001:db8:2::9", false],
    ["", false],
  ])("of %s are those of many: %s", (address, expected) => {
    const trusted = ["192.0.2.0/24", "2001:db8:1::/48"];
    expect(createProxyTest({ trusted, pseudonym: "weir" })(address)).toBe(expected);
  });

  it("beyond the limit are closed at once, unread, and counted", async () => {
    await using upstream = await startUpstream((call) => call.reply(OK));
    const config = { limits: { connections: 1 } };
    await using proxy = await startProxy({ upstreams: [upstream.url], config });
    using first = await connectRaw(proxy.port);
    first.send(requestText("GET /"));
    expect((await first.response()).status).toBe(200);
    for (let nth = 0; nth < 3; nth++) {
      using other = await connectRaw(proxy.port);
      await other.closed;
    }
    expect(proxy.refused()).toEqual({ connections: 3, source_connections: 0 });
    expect(proxy.rows).toHaveLength(1);
    expect(proxy.log.filter((line) => line.includes("connections_refused"))).toHaveLength(1);
  });

  it("that are refused are told of at once, then once a minute", () => {
    const lines: string[] = [];
    let ms = 0;
    const log = createLog("info", (line) => void lines.push(line));
    const clock = { nowNs: () => ms * 1e6, wallMs: () => 0 };
    const refused = createRefusedReport({ cells: createRefusedConnections(), log, clock });
    for (; ms < 61_000; ms += 100) refused("source_connections", "192.0.2.1");
    refused("connections", "192.0.2.2");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: "connections_refused", limit: "limits.source_connections", unsaid: 0 },
      { event: "connections_refused", address: "192.0.2.1", unsaid: 599 },
      { event: "connections_refused", limit: "limits.connections", address: "192.0.2.2" },
    ]);
  });
});

describe("bodies", () => {
  it("more trailers than fields are allowed: refused, and nothing whole goes upstream", async () => {
    await using upstream = await startUpstream(answerOnceRead);
    const config = { limits: { header_count: 20 } };
    await using proxy = await startProxy({ upstreams: [upstream.url], config });
    const body = (count: number): string => `0\r\n${"X: 1\r\n".repeat(count)}\r\n`;
    const most = await exchangeRaw(proxy.port, requestText("POST /", CHUNKED, body(20)));
    expect(most.status).toBe(200);
    expect((await upstream.calls[0]!.body()).trailers.lines).toHaveLength(20);
    const { status, text } = await exchangeRaw(
      proxy.port,
      requestText("POST /", CHUNKED, body(21)),
    );
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([
      431,
      "headers_too_large",
    ]);
    // Far more than that is read no further than `header_bytes`.
    const many = await exchangeRaw(proxy.port, requestText("POST /", CHUNKED, body(100_000)));
    expect(many.status).toBe(431);
    // Of its head something may have gone ahead.
    for (const call of upstream.calls.slice(1)) await expect(call.body()).rejects.toThrow("ended");
  });

  it("a hundred thousand chunks of one byte are one body", async () => {
    await using upstream = await startUpstream(answerOnceRead);
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    const body = `${"1\r\nx\r\n".repeat(100_000)}0\r\n\r\n`;
    expect((await exchangeRaw(proxy.port, requestText("POST /", CHUNKED, body))).status).toBe(200);
    expect((await upstream.calls[0]!.body()).text).toBe("x".repeat(100_000));
  });
});

// Together, as they mostly wait.
describe.concurrent("what comes byte by byte", () => {
  it("a body of one byte now and then ends with the time for the whole request", async () => {
    await using upstream = await startUpstream((call) => void call.body().catch(() => undefined));
    const config = { timeouts: { idle_ms: 60_000, total_ms: 1_500, min_bytes_per_second: 0 } };
    await using proxy = await startProxy({ upstreams: [upstream.url], config });
    using client = await connectRaw(proxy.port);
    client.send(requestText("POST /", { "Content-Length": "1000000" }));
    const drip = setInterval(() => client.send("x"), 20);
    const { status, text } = await client.response().finally(() => clearInterval(drip));
    expect(status).toBe(504);
    expect(JSON.parse(text)).toMatchObject({ code: "total_timeout" });
  });

  it("a body of one byte now and then ends when it is slower than allowed", async () => {
    await using upstream = await startUpstream((call) => void call.body().catch(() => undefined));
    // What is measured over so long is no silence on a machine that halts for less.
    const app = { timeouts: { idle_ms: 6_000, min_bytes_per_second: 1_000 } };
    const routes = [{ name: "all", service: "app", ...app }];
    await using proxy = await startProxy({ upstreams: [upstream.url], config: { routes } });
    using client = await connectRaw(proxy.port);
    client.send(requestText("POST /", { "Content-Length": "1000000" }));
    const drip = setInterval(() => client.send("x"), 20);
    const { status, text } = await client.response().finally(() => clearInterval(drip));
    expect([status, JSON.parse(text)]).toMatchObject([408, { code: "request_timeout" }]);
    expect(proxy.rows[0]).toMatchObject({
      status: 408,
      errorCode: "request_timeout",
      errorSource: "client",
      fault: "slow body",
    });
    expect(proxy.rows[0]!.requestBytes).toBeGreaterThan(5);
  });

  it("heads sent byte by byte end with the time for a head, however busy", async () => {
    await using upstream = await startUpstream((call) => call.reply(OK));
    const config = { limits: { head_ms: 300 } };
    await using proxy = await startProxy({ upstreams: [upstream.url], config });
    const begun = async (): Promise<RawClient> => {
      const client = await connectRaw(proxy.port);
      client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
      return client;
    };
    const slow = await Promise.all(Array.from({ length: 50 }, begun));
    const drip = setInterval(() => slow.forEach((client) => client.send("y")), 20);
    const replies = await Promise.all(slow.map((client) => client.response())).finally(() =>
      clearInterval(drip),
    );
    for (const client of slow) client[Symbol.dispose]();
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([408]));
    expect(proxy.rows).toHaveLength(50);
    expect((await exchangeRaw(proxy.port, requestText("GET /"))).status).toBe(200);
  });
});

describe("compressed bombs pass as they are, both ways", () => {
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024)).toString("latin1");

  it.each([
    ["with a length", { "Content-Length": `${bomb.length}` }, bomb],
    ["in chunks", CHUNKED, `${bomb.length.toString(16)}\r\n${bomb}\r\n0\r\n\r\n`],
  ])("%s", async (_, framing, body) => {
    const gzip = { "Content-Encoding": "gzip" };
    await using upstream = await startUpstream(async (call) => {
      const { text } = await call.body();
      call.reply(
        `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
    });
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    const response = await exchangeRaw(
      proxy.port,
      requestText("POST /", { ...gzip, ...framing }, body),
    );
    expect(response.fields.get("content-encoding")).toBe("gzip");
    expect(response.text === bomb).toBe(true);
    expect(upstream.calls[0]!.fields.get("content-encoding")).toBe("gzip");
    expect((await upstream.calls[0]!.body()).text === bomb).toBe(true);
    expect(proxy.rows[0]).toMatchObject({
      requestBytes: bomb.length,
      responseBytes: bomb.length,
    });
  });
});
