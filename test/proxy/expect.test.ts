// Expect: 100-continue and interim responses (RFC 9110 sections 10.1.1 and 15.2).
import { expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOnceRead, OK, startUpstream } from "../support/raw-upstream.ts";

const WAITING = { Expect: "100-continue", "Content-Length": "4" };

it("passes the expectation on, and the upstream's 100 back, once", async () => {
  await using upstream = await startUpstream(async (call) => {
    call.reply("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
    await call.body();
    call.reply(OK);
  });
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  client.send(requestText("POST /", WAITING));
  expect((await client.head()).status).toBe(100);
  const call = await upstream.call(0);
  expect(call.fields.all("expect")).toEqual(["100-continue"]);
  client.send("body");
  expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
  expect((await call.body()).text).toBe("body");
});

it("an upstream that does not want the body says so before it is sent", async () => {
  await using upstream = await startUpstream((call) =>
    call.reply("HTTP/1.1 413 Big\r\nContent-Length: 2\r\n\r\nno"),
  );
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  client.send(requestText("POST /", WAITING));
  const { status, text, fields } = await client.response();
  // Nobody knows whether the body or another request comes next.
  expect([status, text, fields.get("connection")]).toEqual([413, "no", "close"]);
  client.send(requestText("GET /smuggled"));
  await client.closed;
  expect(upstream.calls).toHaveLength(1);
  expect(proxy.rows[0]).toMatchObject({ status: 413, requestBytes: 0, completed: true });
});

it.each([
  ["waits for weir to lose patience", ""],
  ["does not wait", "body"],
])("an upstream that ignores it gets the body; the client %s", async (_, eager) => {
  await using upstream = await startUpstream(answerOnceRead);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  client.send(requestText("POST /", WAITING, eager));
  if (eager === "") {
    expect((await client.head()).status).toBe(100);
    client.send("body");
  }
  expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
  expect((await upstream.calls[0]!.body()).text).toBe("body");
});

it("a refused request gets its final status and no 100", async () => {
  await using proxy = await startProxy({ upstreams: [`http://127.0.0.1:${await freePort()}`] });
  using client = await connectRaw(proxy.port);
  client.send(requestText("POST /", WAITING));
  expect(await client.response()).toMatchObject({ status: 502 });
});

it("one without credentials gets 401 and no 100, and its body is never asked for", async () => {
  await using upstream = await startUpstream((call) => call.reply(OK));
  const config = { routes: [{ name: "r", service: "app", authenticate: ["key"] }] };
  await using proxy = await startProxy({ upstreams: [upstream.url], config });
  using client = await connectRaw(proxy.port);
  client.send(requestText("POST /", WAITING));
  const { status, fields } = await client.response();
  expect([status, fields.get("connection")]).toEqual([401, "close"]);
  expect(upstream.calls).toHaveLength(0);
});

it.each([
  ["unknown", { Expect: "200-maybe" }],
  ["a list", { Expect: "100-continue, x" }],
])("another expectation is refused with 417: %s", async (_, fields) => {
  await using upstream = await startUpstream((call) => call.reply(OK));
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  const { status, text } = await exchangeRaw(proxy.port, requestText("GET /", fields));
  expect(status).toBe(417);
  expect(JSON.parse(text)).toMatchObject({ code: "expectation_failed" });
  expect(upstream.calls).toHaveLength(0);
});

it("passes 102 and 103 on, without what ends at this hop", async () => {
  const hints =
    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-H\r\nX-H: 1\r\n\r\n";
  await using upstream = await startUpstream((call) => call.reply(`${hints}${OK}`));
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  using client = await connectRaw(proxy.port);
  client.send(requestText("GET /"));
  expect((await client.head()).status).toBe(102);
  const early = await client.head();
  expect(early.startLine).toBe("HTTP/1.1 103 Early Hints");
  expect(early.fields.get("link")).toBe("</a.css>; rel=preload");
  expect(early.fields.names).not.toContain("x-h");
  expect(await client.response()).toMatchObject({ status: 200, text: "ok" });
});
