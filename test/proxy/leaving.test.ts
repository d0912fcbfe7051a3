// Clients that leave, events that must not wait, and time limits: what happens to the upstream's side.
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { holdTimers } from "../support/held-timer.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText, UPGRADE } from "../support/raw-client.ts";
import { answerOnceRead, OK, startUpstream, SWITCHING } from "../support/raw-upstream.ts";

const CHUNKED =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
/** Unlike events.once, does not mind how it closes. */
const closing = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()));
const never = new Promise<void>(() => undefined);

describe("server-sent events", () => {
  it("the head and each event arrive when they are sent; leaving cancels", async () => {
    await using upstream = await startUpstream((call) => {
      call.reply(CHUNKED);
      return never;
    });
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using client = await connectRaw(proxy.port);
    client.send(requestText("GET /events"));
    expect((await client.head()).fields.get("content-type")).toBe("text/event-stream");
    const { socket, reply } = await upstream.call(0);
    for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
      reply(`${event.length.toString(16)}\r\n${event}\r\n`);
      expect(await client.reader.until("\n\n")).toContain(event);
    }
    const gone = closing(socket);
    client.socket.destroy();
    await gone;
    expect(await proxy.row(0)).toMatchObject({
      status: 200,
      completed: false,
      errorCode: "client_closed",
      errorSource: "client",
      responseBytes: 18,
    });
  });
});

describe("a client that leaves cancels its upstream request", () => {
  it.each([
    ["before the head", requestText("GET /"), ""],
    [
      "in the middle of the body",
      requestText("GET /"),
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    ],
    ["in the middle of its upload", requestText("POST /", { "Content-Length": "10" }, "half"), ""],
    [
      "in the middle of a chunk",
      requestText("POST /", { "Transfer-Encoding": "chunked" }, "a\r\nhalf"),
      "",
    ],
  ])("%s", async (_, request, reply) => {
    await using upstream = await startUpstream((call) => {
      call.reply(reply);
      return never;
    });
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    for (const [nth, leave] of (["end", "resetAndDestroy"] as const).entries()) {
      using client = await connectRaw(proxy.port);
      client.send(request);
      const { socket } = await upstream.call(nth);
      if (reply !== "") await client.head();
      const gone = closing(socket);
      client.socket[leave]();
      await gone;
      expect(await proxy.row(nth)).toMatchObject({
        status: reply === "" ? 499 : 200,
        completed: false,
        errorCode: "client_closed",
      });
      expect(proxy.rows[nth]!.attempts).toHaveLength(1);
    }
  });

  it("a pipelined request whose turn never came is not sent", async () => {
    await using upstream = await startUpstream(() => never);
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using client = await connectRaw(proxy.port);
    client.send(requestText("GET /1") + requestText("GET /2"));
    const { socket } = await upstream.call(0);
    const gone = closing(socket);
    client.socket.destroy();
    await gone;
    expect(await proxy.row(0)).toMatchObject({ path: "/1", errorCode: "client_closed" });
    await exchangeRaw(proxy.port, "x\r\n\r\n");
    expect(upstream.calls).toHaveLength(1);
    expect(proxy.rows).toHaveLength(2);
  });
});

/** Half a reply comes; `goOn` is called once the client has its head. */
async function cutOffInBody(timeouts: object, code: string, goOn?: () => void): Promise<void> {
  await using upstream = await startUpstream((call) => {
    call.reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    return never;
  });
  await using proxy = await startProxy({ upstreams: [upstream.url], config: { timeouts } });
  using client = await connectRaw(proxy.port);
  client.send(requestText("GET /"));
  expect((await client.head()).status).toBe(200);
  goOn?.();
  await expect(client.reader.exactly(10)).rejects.toThrow("early");
  expect(await proxy.row(0)).toMatchObject({
    status: 200,
    errorCode: code,
    errorSource: "upstream",
    completed: false,
  });
  const { socket } = await upstream.call(0);
  if (!socket.destroyed) await closing(socket);
}

it("total in the body: cut off, however long the head took", async () => {
  const totalMs = 3_600_000;
  const end = holdTimers(totalMs / 2);
  await cutOffInBody({ total_ms: totalMs }, "total_timeout", end);
});

// Together, as they mostly wait.
describe.concurrent("time limits", () => {
  it("connect: a handshake that never ends", async () => {
    await using upstream = await startUpstream(() => never);
    await using proxy = await startProxy({
      upstreams: [upstream.url.replace("http:", "https:")],
      config: { timeouts: { connect_ms: 100 } },
    });
    const { status, text } = await exchangeRaw(proxy.port, requestText("GET /"));
    expect(status).toBe(504);
    expect(JSON.parse(text)).toMatchObject({ code: "connect_timeout" });
    expect(proxy.rows[0]).toMatchObject({
      status: 504,
      errorCode: "connect_timeout",
      errorSource: "upstream",
      completed: true,
    });
    expect(proxy.rows[0]!.attempts[0]).toMatchObject({ status: 0, error: "connect_timeout" });
    expect(upstream.calls).toHaveLength(0);
  });

  it("connect: a wait for a free connection", async () => {
    await using upstream = await startUpstream(() => never);
    const service = { endpoints: [upstream.url], connections: 1 };
    await using proxy = await startProxy({
      config: { services: { app: service }, timeouts: { connect_ms: 500 } },
    });
    using first = await connectRaw(proxy.port);
    first.send(requestText("GET /"));
    await upstream.call(0);
    expect((await exchangeRaw(proxy.port, requestText("GET /"))).status).toBe(504);
  });

  it.each([
    ["header", { header_ms: 100 }, requestText("GET /"), "", 504, "header_timeout"],
    ["total before the head", { total_ms: 100 }, requestText("GET /"), "", 504, "total_timeout"],
    [
      "silent client",
      { idle_ms: 100 },
      requestText("POST /", { "Content-Length": "9" }, "half"),
      "",
      408,
      "request_timeout",
    ],
  ])("%s", async (...[, timeouts, request, reply, status, code]) => {
    await using upstream = await startUpstream((call) => {
      call.reply(reply);
      return never;
    });
    await using proxy = await startProxy({ upstreams: [upstream.url], config: { timeouts } });
    using client = await connectRaw(proxy.port);
    client.send(request);
    const { socket } = await upstream.call(0);
    const gone = closing(socket);
    const response = await client.response();
    expect(response.status).toBe(status);
    expect(JSON.parse(response.text)).toMatchObject({ code });
    await gone;
    expect(proxy.rows[0]).toMatchObject({ status, errorCode: code, completed: true });
  });

  it("idle in the body: cut off", async () => {
    await cutOffInBody({ idle_ms: 500 }, "idle_timeout");
  });

  it("a client that stops reading is let go, and its upstream with it", async () => {
    await using upstream = await startUpstream((call) => {
      call.reply("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n");
      call.socket.write(Buffer.alloc(50_000_000));
      return never;
    });
    await using proxy = await startProxy({
      upstreams: [upstream.url],
      config: { timeouts: { idle_ms: 500 } },
    });
    using client = await connectRaw(proxy.port);
    client.socket.pause();
    client.send(requestText("GET /"));
    const { socket } = await upstream.call(0);
    await closing(socket);
    expect(await proxy.row(0)).toMatchObject({
      status: 200,
      errorCode: "client_too_slow",
      completed: false,
    });
  });

  it("a slow upload within the limits is left alone", async () => {
    await using upstream = await startUpstream(answerOnceRead);
    await using proxy = await startProxy({
      upstreams: [upstream.url],
      // It lasts longer than both, and a busy machine does not halt for as long.
      config: { timeouts: { idle_ms: 6_000, header_ms: 5_500, min_bytes_per_second: 0 } },
    });
    using client = await connectRaw(proxy.port);
    client.send(requestText("POST /", { "Content-Length": "64" }));
    for (let nth = 0; nth < 64; nth++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      client.send("x");
    }
    expect((await client.response()).status).toBe(200);
  });
});

describe("drain", () => {
  it("what is in flight ends with Connection: close; nothing new is taken", async () => {
    await using upstream = await startUpstream(() => never);
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using idle = await connectRaw(proxy.port);
    using busy = await connectRaw(proxy.port);
    busy.send(requestText("GET /"));
    const { reply } = await upstream.call(0);
    const drained = proxy.drain(60_000);
    await idle.closed;
    const refused = connectRaw(proxy.port);
    await expect(refused).rejects.toThrow("ECONNREFUSED");
    reply(OK);
    const { status, fields } = await busy.response();
    expect([status, fields.get("connection")]).toEqual([200, "close"]);
    await busy.closed;
    await drained;
  });

  it("a first request on its way is answered still", async () => {
    await using upstream = await startUpstream((call) => call.reply(OK));
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using fresh = await connectRaw(proxy.port);
    // Accepted in order: with this one's answer, the fresh one is known to the proxy.
    using later = await connectRaw(proxy.port);
    later.send(requestText("GET /"));
    await later.response();
    const drained = proxy.drain(60_000);
    fresh.send(requestText("GET /"));
    expect((await fresh.response()).status).toBe(200);
    await fresh.closed;
    await drained;
  });

  it("a reply whose head promised to keep the connection: closed after it", async () => {
    await using upstream = await startUpstream((call) => {
      call.reply(CHUNKED);
      return never;
    });
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using client = await connectRaw(proxy.port);
    client.send(requestText("GET /"));
    await client.head();
    const drained = proxy.drain(60_000);
    (await upstream.call(0)).reply("0\r\n\r\n");
    await client.reader.until("0\r\n\r\n");
    await client.closed;
    await drained;
  });

  it("after the grace it is cut off, upgraded connections too", async () => {
    await using upstream = await startUpstream((call) => {
      if (call.target === "/ws") call.reply(SWITCHING);
      return never;
    });
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using plain = await connectRaw(proxy.port);
    using socket = await connectRaw(proxy.port);
    plain.send(requestText("GET /"));
    socket.send(requestText("GET /ws", UPGRADE));
    await socket.head();
    await upstream.call(1);
    await proxy.drain(100);
    await Promise.all([plain.closed, socket.closed]);
    await proxy.row(1);
    expect(proxy.rows.map((row) => row.status).sort((a, b) => a - b)).toEqual([101, 499]);
  });
});

it("a refused connection is tried elsewhere, and an endpoint that accepts and closes is not hammered", async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  await using proxy = await startProxy({
    upstreams: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
  });
  const { status } = await exchangeRaw(proxy.port, requestText("GET /"));
  expect(status).toBe(502);
  expect(proxy.rows[0]!.attempts.length).toBeLessThanOrEqual(2);
  server.close();
});
