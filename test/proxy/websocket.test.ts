// WebSocket upgrades: joined sockets, refusals, and what else asks for an upgrade (RFC 6455).
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { holdTimers } from "../support/held-timer.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText, UPGRADE } from "../support/raw-client.ts";
import { OK, startUpstream, SWITCHING } from "../support/raw-upstream.ts";

interface Echo extends AsyncDisposable {
  readonly url: string;
  readonly server: WebSocketServer;
}

async function startEcho(): Promise<Echo> {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: () => "second",
  });
  server.on("connection", (socket, request) => {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    socket.send(JSON.stringify(request.headers));
  });
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const KEYED = {
  identity: { keys: [{ key: "k1", subject: "alice" }] },
  routes: [{ name: "ws", service: "app", authenticate: ["key"] }],
};

async function open(
  proxy: TestProxy,
  headers = {},
): Promise<{ socket: WebSocket; seen: Record<string, string> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/chat?x=1`, ["first", "second"], {
    headers,
  });
  const [hello] = (await once(socket, "message")) as [Buffer];
  return { socket, seen: JSON.parse(hello.toString()) as Record<string, string> };
}

it("echoes both ways, keeps subprotocol and close code, and leaves one row", async () => {
  await using echo = await startEcho();
  await using proxy = await startProxy({ upstreams: [echo.url], config: KEYED });
  const { socket, seen } = await open(proxy, { "x-api-key": "k1", "x-weir-subject": "root" });
  expect(socket.protocol).toBe("second");
  expect(seen).toMatchObject({ "x-weir-subject": "alice", via: "1.1 weir" });
  expect(seen).not.toHaveProperty("x-api-key");
  for (const size of [1, 200, 70_000, 1_000_000]) {
    const payload = Buffer.alloc(size, size % 251);
    socket.send(payload);
    const [back] = (await once(socket, "message")) as [Buffer];
    expect(back.equals(payload)).toBe(true);
  }
  socket.close(4001, "done");
  expect((await once(socket, "close"))[0]).toBe(4001);
  const row = await proxy.row(0);
  expect(row).toMatchObject({
    kind: "websocket",
    status: 101,
    completed: true,
    errorCode: "",
    path: "/chat",
    query: "x=1",
  });
  expect(row.identity.subject).toBe("alice");
  expect(row.requestBytes).toBeGreaterThan(1_070_201);
  expect(row.responseBytes).toBeGreaterThan(1_070_201);
  expect(row.durationNs).toBeGreaterThan(0);
  expect(proxy.rows).toHaveLength(1);
});

it("identity and policy apply to upgrades", async () => {
  await using echo = await startEcho();
  await using proxy = await startProxy({ upstreams: [echo.url], config: KEYED });
  const refused = await exchangeRaw(proxy.port, requestText("GET /", UPGRADE));
  expect(refused.status).toBe(401);
  expect(refused.fields.get("www-authenticate")).toContain("ApiKey");
  expect(proxy.rows[0]).toMatchObject({
    kind: "http",
    status: 401,
    errorCode: "unauthenticated",
    completed: true,
  });
});

it("bytes right behind the heads arrive, both ways", async () => {
  await using upstream = await startUpstream(async (call) => {
    call.reply(`${SWITCHING}early-down`);
    call.reply((await call.reader.exactly(8)).toString());
    await new Promise(() => undefined);
  });
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  client.send(`${requestText("GET /", UPGRADE)}early-up`);
  const head = await client.head();
  expect(head.status).toBe(101);
  expect(head.fields.get("upgrade")).toBe("websocket");
  expect(head.fields.get("traceresponse")).toMatch(/^00-/);
  expect((await client.reader.exactly(18)).toString()).toBe("early-downearly-up");
  client.socket.end();
  expect(await proxy.row(0)).toMatchObject({ requestBytes: 8, responseBytes: 18, completed: true });
});

it.each(["client", "upstream"])("the %s may end its side first", async (first) => {
  const heard = Promise.withResolvers<Buffer>();
  await using upstream = await startUpstream(async (call) => {
    call.reply(SWITCHING);
    if (first === "upstream") call.socket.end("down");
    heard.resolve(await call.reader.rest());
    if (first === "client") call.socket.end("down");
  }, true);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port, true);
  client.send(requestText("GET /", UPGRADE));
  await client.head();
  if (first === "upstream") await client.closed;
  client.socket.end("up");
  expect((await heard.promise).toString()).toBe("up");
  expect((await client.reader.rest()).toString()).toBe("down");
  expect(await proxy.row(0)).toMatchObject({ requestBytes: 2, responseBytes: 4, completed: true });
});

it.each([
  ["small", 3],
  ["large", 5_000_000],
])("an upstream's refusal reaches the client: %s", async (_, size) => {
  await using upstream = await startUpstream((call) =>
    call.reply(
      `HTTP/1.1 403 No\r\nContent-Length: ${size}\r\nX-Why: because\r\n\r\n${"n".repeat(size)}`,
    ),
  );
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  const response = await exchangeRaw(proxy.port, requestText("GET /", UPGRADE));
  expect(response.status).toBe(403);
  expect(response.text).toHaveLength(size);
  expect(response.fields.get("x-why")).toBe("because");
  expect(proxy.rows[0]).toMatchObject({
    kind: "http",
    status: 403,
    responseBytes: size,
    completed: true,
  });
});

it("an upstream that ignores the upgrade is answered as plain", async () => {
  const server = createServer((_, response) => response.end("plain")).listen(0, "127.0.0.1");
  await once(server, "listening");
  await using proxy = await startProxy({
    upstreams: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
  });
  expect(await exchangeRaw(proxy.port, requestText("GET /", UPGRADE))).toMatchObject({
    status: 200,
    text: "plain",
  });
  server.closeAllConnections();
  server.close();
});

it.each([
  [
    "h2c",
    "GET",
    { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "AAMAAABk" },
    "",
  ],
  ["a list", "GET", { ...UPGRADE, Upgrade: "h2c, websocket" }, ""],
  ["TLS", "OPTIONS", { Connection: "Upgrade", Upgrade: "TLS/1.0" }, ""],
  ["POST", "POST", { ...UPGRADE, "Content-Length": "2" }, "hi"],
  ["GET with a body", "GET", { ...UPGRADE, "Content-Length": "2" }, "hi"],
  ["without Connection", "GET", { Upgrade: "websocket" }, ""],
])("other upgrades are plain requests: %s", async (...[, method, fields, body]) => {
  await using upstream = await startUpstream((call) => call.reply(OK));
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  for (let nth = 0; nth < 2; nth++) {
    client.send(requestText(`${method} /`, fields, body));
    expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
    const call = await upstream.call(nth);
    expect(call.fields.names).not.toContain("upgrade");
    expect(call.fields.names).not.toContain("connection");
    expect((await call.body()).text).toBe(body);
  }
});

it("an upgrade behind a request still being answered waits for its turn", async () => {
  let release: () => void = () => undefined;
  await using upstream = await startUpstream((call) => {
    if (call.target === "/slow") release = () => call.reply(OK);
    else call.reply("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
  });
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  client.send(requestText("GET /slow") + requestText("GET /ws", UPGRADE));
  await upstream.call(0);
  release();
  expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
  expect(await client.response()).toMatchObject({ status: 403, text: "no" });
  expect(proxy.rows.map(({ status }) => status)).toEqual([200, 403]);
});

it("CONNECT is refused with 501, also behind another request", async () => {
  await using upstream = await startUpstream((call) => call.reply(OK));
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  client.send(`${requestText("GET /")}CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n`);
  expect((await client.response()).status).toBe(200);
  const { status, text } = await client.response();
  expect(status).toBe(501);
  expect(JSON.parse(text)).toMatchObject({ code: "method_not_supported" });
  await client.closed;
  expect(proxy.rows.map((row) => row.status)).toEqual([200, 501]);
});

it.each([
  ["client", "client"],
  ["upstream", "upstream"],
] as const)("a broken %s ends the other side", async (_, who) => {
  await using echo = await startEcho();
  await using proxy = await startProxy({ upstreams: [echo.url] });
  const { socket } = await open(proxy);
  const [far] = echo.server.clients;
  const other = once(who === "client" ? far! : socket, "close");
  if (who === "client") socket.terminate();
  else far!.terminate();
  await other;
  expect(await proxy.row(0)).toMatchObject({ kind: "websocket", status: 101 });
});

it.each([
  ["silence", { idle_ms: 600 }, "idle_timeout"],
  ["the total limit", { total_ms: 3_600_000 }, "total_timeout"],
])("%s ends it", async (_, timeouts, code) => {
  const end = holdTimers(3_000_000);
  await using echo = await startEcho();
  await using proxy = await startProxy({ upstreams: [echo.url], config: { timeouts } });
  const { socket } = await open(proxy);
  const [far] = echo.server.clients;
  const closed = Promise.all([once(socket, "close"), once(far!, "close")]);
  end();
  await closed;
  expect(await proxy.row(0)).toMatchObject({
    kind: "websocket",
    completed: false,
    errorCode: code,
  });
});

const withoutAccept = SWITCHING.replace(/Sec-WebSocket-Accept.*\r\n/, "");

it.each([
  ["no accept", withoutAccept, UPGRADE],
  ["the accept of another key", SWITCHING.replace("s3p", "S3P"), UPGRADE],
  ["two accepts", SWITCHING.replace("Sec-", "Sec-WebSocket-Accept: x\r\nSec-"), UPGRADE],
  ["another protocol", SWITCHING.replace("websocket", "h2c"), UPGRADE],
  ["no protocol", SWITCHING.replace("Upgrade: websocket\r\n", ""), UPGRADE],
  ["no Connection", SWITCHING.replace("Connection: Upgrade\r\n", ""), UPGRADE],
  ["a body", `${SWITCHING.trimEnd()}\r\nContent-Length: 4\r\n\r\nevil`, UPGRADE],
  ["no key asked for it", SWITCHING, { Connection: "Upgrade", Upgrade: "websocket" }],
])("a 101 is no WebSocket and joins nothing: %s", async (_, answer, fields) => {
  await using upstream = await startUpstream((call) => call.reply(answer));
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  // Of what a tunnel would bring the upstream nothing was decided on.
  client.send(`${requestText("GET /", fields)}${requestText("GET /smuggled")}`);
  const { status, text } = await client.response();
  expect([status, JSON.parse(text)]).toMatchObject([502, { code: "upstream_malformed" }]);
  await client.closed;
  expect(upstream.calls.map(({ target }) => target)).toEqual(["/"]);
  expect(upstream.sockets.size).toBe(0);
  expect(proxy.rows).toMatchObject([{ kind: "http", status: 502 }]);
});

it("a refused version is answered by the upstream, and what is sent behind it is not acted on", async () => {
  const refusal =
    "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n";
  await using upstream = await startUpstream((call) => call.reply(refusal));
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  const fields = { ...UPGRADE, "Sec-WebSocket-Version": "1337" };
  client.send(`${requestText("GET /", fields)}${requestText("GET /smuggled")}`);
  expect((await client.response()).status).toBe(426);
  await client.closed;
  expect(upstream.calls.map(({ target }) => target)).toEqual(["/"]);
  expect(proxy.rows).toMatchObject([{ kind: "http", status: 426 }]);
});
