// One row for each answered request, there before its last byte; and the trace that ties it together.
import { attemptSpanId } from "../../src/telemetry/span-ids.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { createSpoolWriter } from "../../src/telemetry/spool-writer.ts";
import { createSpool } from "../../src/telemetry/spool.ts";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, OK, startUpstream } from "../support/raw-upstream.ts";

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

const endings: readonly [string, readonly string[], boolean, string][] = [
  ["known length", [OK], false, "ok"],
  [
    "known length in pieces",
    ["HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab", "cd", "ef"],
    false,
    "ef",
  ],
  [
    "chunked",
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "0\r\n\r\n"],
    false,
    "0\r\n\r\n",
  ],
  [
    "chunked with a trailer",
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", "X-T: 1\r\n\r\n"],
    false,
    "X-T: 1\r\n\r\n",
  ],
  ["until close", ["HTTP/1.1 200 OK\r\n\r\nok"], true, "0\r\n\r\n"],
  ["no body", ["HTTP/1.1 204 No Content\r\n\r\n"], false, "\r\n\r\n"],
  ["upstream fails", [], true, "}\n"],
];

it.each(endings)(
  "the row is there when the client has the last byte: %s",
  async (...[, pieces, close, end]) => {
    await using upstream = await startUpstream(async (call) => {
      for (const piece of pieces) {
        call.reply(piece);
        await tick();
      }
      if (close) call.socket.end();
    });
    await using proxy = await startProxy({ upstreams: [upstream.url] });
    using client = await connectRaw(proxy.port);
    let text = "";
    const rowsAtEnd = new Promise<number>((resolve) =>
      client.socket.on("data", (chunk: Buffer) => {
        text += chunk.toString("latin1");
        if (text.endsWith(end)) resolve(proxy.rows.length);
      }),
    );
    client.send(requestText("POST /", { "Content-Length": "0" }));
    expect(await rowsAtEnd).toBe(1);
    await tick();
    expect(proxy.rows).toHaveLength(1);
  },
);

it("a request continues its caller's trace; the upstream's parent is the attempt", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const fields = {
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    tracestate: "a=1,b=2",
    baggage: "k=v",
  };
  const response = await exchangeRaw(proxy.port, requestText("GET /", fields));
  const [row] = proxy.rows;
  expect(row).toMatchObject({
    traceId,
    parentSpanId: "b7ad6b7169203331",
    traceState: "a=1,b=2",
    sampled: true,
  });
  expect(response.fields.get("traceresponse")).toBe(`00-${traceId}-${row!.spanId}-01`);
  const { fields: got } = upstream.calls[0]!;
  expect(got.all("traceparent")).toEqual([`00-${traceId}-${attemptSpanId(row!.spanId, 0)}-01`]);
  expect(got.all("tracestate").join()).toBe("a=1,b=2");
  expect(got.all("baggage")).toEqual(["k=v"]);
});

it.each([
  ["junk", { traceparent: "junk", tracestate: "a=1" }],
  ["zeros", { traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-01` }],
  ["nothing", {}],
])("a new trace where the caller's is %s", async (_, fields) => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  await exchangeRaw(proxy.port, requestText("GET /", fields));
  const [row] = proxy.rows;
  expect(row!.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  expect(row).toMatchObject({ parentSpanId: "", traceState: "" });
  expect(upstream.calls[0]!.fields.all("traceparent")).toEqual([
    expect.stringContaining(row!.traceId),
  ]);
  expect(upstream.calls[0]!.fields.all("tracestate")).toEqual([]);
});

it("the row says what was asked, with secrets redacted", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: {
      telemetry: {
        headers: ["Accept", "Cookie"],
        redact: { query: ["token"], headers: ["cookie"] },
      },
    },
  });
  const fields = {
    "User-Agent": "t/1",
    "Content-Type": "a/b",
    Cookie: "s3cret",
    Accept: "x/y",
    "Content-Length": "3",
  };
  await exchangeRaw(proxy.port, requestText("PUT /p?a=1&token=s3cret", fields, "abc"));
  expect(proxy.rows[0]).toMatchObject({
    method: "PUT",
    path: "/p",
    userAgent: "t/1",
    contentType: "a/b",
    requestBytes: 3,
    responseBytes: 2,
    httpVersion: "1.1",
    scheme: "http",
  });
  expect(JSON.stringify(proxy.rows[0])).not.toContain("s3cret");
  expect(proxy.rows[0]!.query).toContain("a=1");
});

it("times add up", async () => {
  await using upstream = await startUpstream(async (call) => {
    await tick();
    call.reply(OK);
  });
  await using proxy = await startProxy({ upstreams: [upstream.url] });
  const beganMs = Date.now();
  await exchangeRaw(proxy.port, requestText("GET /"));
  const row = proxy.rows[0]!;
  expect(row.upstreamFirstByteNs).toBeGreaterThan(4e6);
  expect(row.upstreamNs).toBeGreaterThan(row.upstreamFirstByteNs);
  expect(row.durationNs).toBeGreaterThanOrEqual(row.upstreamNs);
  // The wall clock may be set meanwhile.
  expect(row.startedAtMs).toBeGreaterThan(beganMs - 1_000);
  expect(row.startedAtMs).toBeLessThan(Date.now() + 1_000);
});

it("a hundred mixed requests on one connection: a hundred rows in order", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    config: { routes: [{ name: "r", service: "app", match: { path: "/ok/**" } }] },
  });
  using client = await connectRaw(proxy.port);
  const paths = Array.from({ length: 100 }, (_, nth) =>
    nth % 3 === 0 ? `/no/${nth}` : `/ok/${nth}`,
  );
  client.send(paths.map((path) => requestText(`GET ${path}`)).join(""));
  const ids: string[] = [];
  for (const path of paths) {
    const { status, fields } = await client.response();
    expect(status).toBe(path.startsWith("/ok") ? 200 : 404);
    ids.push(fields.get("traceresponse")!.split("-")[2]!);
  }
  expect(new Set(proxy.rows.map((row) => row.spanId))).toEqual(new Set(ids));
  expect(proxy.rows).toHaveLength(100);
});

it("where recording is required and impossible, nothing is answered: first cut off, then 503", async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-audit-"));
  const spool = createSpool({
    folder: join(folder, "spool"),
    maxBytes: 1 << 24,
    segmentBytes: 1 << 20,
    writers: 1,
    whenFull: "refuse",
  });
  const rowLog = createSpoolWriter({
    spool,
    instance: "i",
    worker: 0,
    log: silentLog,
    clock: systemClock,
  });
  rmSync(folder, { recursive: true });
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [upstream.url], rowLog });
  using client = await connectRaw(proxy.port);
  client.send(requestText("GET /"));
  await client.closed;
  expect(client.reader.pending).not.toContain("ok");
  const refused = await exchangeRaw(proxy.port, requestText("GET /"));
  expect(refused.status).toBe(503);
  expect(JSON.parse(refused.text)).toMatchObject({ code: "audit_unavailable" });
  expect(refused.fields.get("traceresponse")).toMatch(/^00-/);
  expect(upstream.calls).toHaveLength(1);
});

it("a request finishes on the snapshot it began with", async () => {
  let release: () => void = () => undefined;
  await using before = await startUpstream((call) => {
    release = () => call.reply(OK.replace("ok", "v1"));
  });
  await using after = await startUpstream((call) => call.reply(OK.replace("ok", "v2")));
  await using proxy = await startProxy({ upstreams: [before.url] });
  using client = await connectRaw(proxy.port);
  client.send(requestText("GET /"));
  await before.call(0);
  await proxy.swap({ upstreams: [after.url], config: { limits: { body_bytes: 5 } } });
  expect((await exchangeRaw(proxy.port, requestText("GET /"))).text).toBe("v2");
  release();
  expect((await client.response()).text).toBe("v1");
  const [second, first] = proxy.rows;
  expect(first!.configRevision).not.toBe(second!.configRevision);
  // The kept connection's next request is judged by the new one.
  client.send(requestText("POST /", { "Content-Length": "9" }));
  expect((await client.response()).status).toBe(413);
});

it("traffic goes on undisturbed while snapshots are swapped", async () => {
  await using one = await startUpstream(answerOk);
  await using two = await startUpstream(answerOk);
  await using proxy = await startProxy({ upstreams: [one.url] });
  const state = { swapping: true };
  const traffic = Array.from({ length: 4 }, async () => {
    using client = await connectRaw(proxy.port);
    while (state.swapping) {
      client.send(requestText("GET /"));
      expect((await client.response()).status).toBe(200);
    }
  });
  for (let nth = 0; nth < 10; nth++) {
    const next = nth % 2 === 0 ? two : one;
    const before = next.calls.length;
    await proxy.swap({ upstreams: [next.url] });
    await next.call(before);
  }
  state.swapping = false;
  await Promise.all(traffic);
  expect(proxy.rows.every((row) => row.errorCode === "")).toBe(true);
});
