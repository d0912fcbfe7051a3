// The receiver as senders meet it: OTLP/HTTP's answers, keys, limits, and rows that are in the spool once it says 200.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { TRACES } from "../../src/collector/otlp/messages.ts";
import { transcode } from "../../src/collector/otlp/transcode.ts";
import { logs, SPAN, TRACE, traces } from "./support/decoded.ts";
import { openReceiver } from "./support/receiver.ts";

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";
const MIB = 1024 * 1024;
const KEY = "a-key-of-a-sender";

const open = await openReceiver();
afterAll(() => open[Symbol.asyncDispose]());

function span(name: string, given: object = {}): object {
  return { traceId: TRACE, spanId: SPAN, name, startTimeUnixNano: `${Date.now()}000000`, ...given };
}

function jsonOf(...names: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(traces(...names.map((name) => span(name)))));
}

function protobufOf(...names: readonly string[]): Buffer {
  return transcode(jsonOf(...names), TRACES.request);
}

interface Sent {
  readonly url?: string;
  readonly path?: string;
  readonly method?: string;
  readonly type?: string;
  readonly coding?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(body: Buffer, sent: Sent = {}): Promise<Response> {
  const { url = open.url, path = "/v1/traces", method = "POST", type = JSON_TYPE, coding } = sent;
  return fetch(`${url}${path}`, {
    method,
    headers: {
      ...(type === "" ? {} : { "content-type": type }),
      ...(coding === undefined ? {} : { "content-encoding": coding }),
      ...sent.headers,
    },
    ...(method === "GET" ? {} : { body: new Uint8Array(body) }),
  });
}

function namesIn(rows: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return rows.map(({ SpanName }) => SpanName);
}

test.each<[string, Buffer, Sent]>([
  ["json", jsonOf("json"), {}],
  ["json of a charset", jsonOf("json of a charset"), { type: "Application/JSON; charset=utf-8" }],
  ["protobuf", protobufOf("protobuf"), { type: PROTOBUF_TYPE }],
  ["gzip", gzipSync(jsonOf("gzip")), { coding: "gzip" }],
  ["zstd", zstdCompressSync(protobufOf("zstd")), { coding: "zstd", type: PROTOBUF_TYPE }],
  ["identity", jsonOf("identity"), { coding: "identity" }],
  ["x-gzip", gzipSync(jsonOf("x-gzip")), { coding: "x-gzip" }],
  [
    "frames",
    Buffer.concat([zstdCompressSync(protobufOf("frame")), zstdCompressSync(protobufOf("frames"))]),
    { coding: "zstd", type: PROTOBUF_TYPE },
  ],
  [
    "protobuf of a message",
    protobufOf("protobuf of a message"),
    { type: "application/x-protobuf; messageType=x" },
  ],
])("%s: answered once the row is in the spool", async (name, body, sent) => {
  const response = await send(body, sent);
  expect(response.status).toBe(200);
  // In the encoding of the request, and empty: partial_success stays unset.
  const isProtobuf = sent.type?.startsWith(PROTOBUF_TYPE) ?? false;
  expect(response.headers.get("content-type")).toBe(isProtobuf ? PROTOBUF_TYPE : JSON_TYPE);
  expect(await response.text()).toBe(isProtobuf ? "" : "{}");
  expect(namesIn(open.rows("spans"))).toContain(name);
});

test("logs and metrics have their own paths and tables", async () => {
  const record = Buffer.from(JSON.stringify(logs({ body: { stringValue: "hello" } })));
  expect((await send(record, { path: "/v1/logs" })).status).toBe(200);
  const dataPoints = [{ timeUnixNano: `${Date.now()}000000`, asDouble: 1 }];
  const body = {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              { name: "g", gauge: { dataPoints } },
              { name: "s", sum: { dataPoints } },
            ],
          },
        ],
      },
    ],
  };
  const sent = await send(Buffer.from(JSON.stringify(body)), { path: "/v1/metrics?x=1" });
  expect(sent.status).toBe(200);
  expect(open.rows("logs")).toMatchObject([{ Body: "hello" }]);
  expect(open.rows("gauge")).toMatchObject([{ MetricName: "g" }]);
  expect(open.rows("sum")).toMatchObject([{ MetricName: "s" }]);
});

const NDJSON = "application/x-ndjson";
const CROSS_SITE = { "sec-fetch-site": "cross-site" };
test.each<[string, string, readonly [body: string, bodies: readonly string[]]]>([
  ["lines of JSON", NDJSON, ['{"msg":"a","level":"warn"}\n\n{"msg":"b"}\r\n', ["a", "b"]]],
  [
    "lines of text",
    "text/plain; charset=utf-8",
    ["plain täxt\n {indented}", ["plain täxt", " {indented}"]],
  ],
  ["an array", JSON_TYPE, ['[{"message":"c"},"d",5]', ["c", "d", "5"]]],
  ["one object", JSON_TYPE, ['{"body":"e"}', ["e"]]],
])("/v1/lines takes %s", async (_, type, [body, bodies]) => {
  const by = type === JSON_TYPE ? "service.name" : "service";
  const path = `/v1/lines?${by}=shop&host.name=h1`;
  const before = open.rows("logs").length;
  const response = await send(Buffer.from(body), { path, type });
  expect([response.status, await response.text()]).toEqual([200, "{}"]);
  const rows = open.rows("logs").slice(before);
  expect(rows.map(({ Body }) => Body)).toEqual(bodies);
  expect(rows[0]).toMatchObject({
    ServiceName: "shop",
    ResourceAttributes: { "host.name": "h1", "service.name": "shop" },
  });
});

test.each<[number, string, readonly [string, Sent]]>([
  [400, "no JSON", ["[{]", {}]],
  [400, "no JSON of depth", ["[".repeat(300), {}]],
  [413, "too much", [" ".repeat(MIB + 1), { type: NDJSON }]],
  [415, "protobuf", ["", { type: PROTOBUF_TYPE }]],
])("/v1/lines: %i to %s", async (status, _, [body, sent]) => {
  const response = await send(Buffer.from(body), { path: "/v1/lines", ...sent });
  expect(response.status).toBe(status);
});

test("what a browser sends for a page of another site, without asking first, is refused and counted", async () => {
  const { forbidden } = open.receiver.counts().logs.refused;
  const sent = { path: "/v1/lines", type: "text/plain", headers: CROSS_SITE };
  expect((await send(Buffer.from("x"), sent)).status).toBe(403);
  expect(open.receiver.counts().logs.refused.forbidden).toBe(forbidden + 1);
});

test("partial success says how many were rejected and why, in both encodings", async () => {
  const body = Buffer.from(JSON.stringify(traces(span("kept"), span("lost", { traceId: "" }))));
  const json = await send(body);
  expect(json.status).toBe(200);
  expect(await json.json()).toEqual({
    partialSuccess: {
      rejectedSpans: "1",
      errorMessage: expect.stringMatching(/^1 rejected: without a trace ID/) as string,
    },
  });
  const protobuf = await send(transcode(body, TRACES.request), { type: PROTOBUF_TYPE });
  const bytes = Buffer.from(await protobuf.arrayBuffer());
  // ExportTraceServiceResponse { partial_success = 1 { rejected_spans = 1: 1, error_message = 2 } }
  expect([bytes[0], bytes[2], bytes[3], bytes[4]]).toEqual([0x0a, 0x08, 1, 0x12]);
  expect(bytes.subarray(6).toString()).toMatch(/^1 rejected/);
  expect(namesIn(open.rows("spans"))).not.toContain("lost");
});

/** Of google.rpc, by HTTP's. */
const CODES = new Map([
  [400, 3],
  [403, 7],
  [404, 5],
  [405, 12],
  [413, 8],
  [415, 3],
]);

test.each<[number, string, readonly [Buffer, Sent]]>([
  [400, "no JSON", [Buffer.from("{"), {}]],
  [400, "no protobuf", [Buffer.from([0x0b]), { type: PROTOBUF_TYPE }]],
  [400, "no gzip", [Buffer.from("plain"), { coding: "gzip" }]],
  [400, "half a gzip", [gzipSync(jsonOf("half")).subarray(0, 40), { coding: "gzip" }]],
  [400, "no zstd", [Buffer.from("plain"), { coding: "zstd" }]],
  [403, "a page of another site", [jsonOf("x"), { headers: CROSS_SITE }]],
  [404, "another path", [jsonOf("x"), { path: "/v1/profiles" }]],
  [404, "the root", [jsonOf("x"), { path: "/" }]],
  [404, "another path of protobuf", [protobufOf("x"), { path: "/v1/trace", type: PROTOBUF_TYPE }]],
  [405, "another method", [jsonOf("x"), { method: "GET" }]],
  [405, "PUT", [jsonOf("x"), { method: "PUT" }]],
  [405, "another method with protobuf", [jsonOf("x"), { method: "PUT", type: PROTOBUF_TYPE }]],
  [413, "a body too large", [Buffer.alloc(MIB + 1, 0x20), {}]],
  [413, "protobuf too large", [Buffer.alloc(MIB + 1), { type: PROTOBUF_TYPE }]],
  [413, "a bomb of gzip", [gzipSync(Buffer.alloc(64 * MIB, 0x20)), { coding: "gzip" }]],
  [413, "a bomb of zstd", [zstdCompressSync(Buffer.alloc(64 * MIB, 0x20)), { coding: "zstd" }]],
  [415, "another type", [jsonOf("x"), { type: "text/plain" }]],
  [415, "no type", [jsonOf("x"), { type: "" }]],
  [415, "another coding", [jsonOf("x"), { coding: "br" }]],
  [415, "protobuf of another coding", [protobufOf("x"), { coding: "br", type: PROTOBUF_TYPE }]],
])("%i: %s", async (status, _, [body, sent]) => {
  const response = await send(body, sent);
  expect(response.status).toBe(status);
  expect(response.headers.get("allow")).toBe(status === 405 ? "POST" : null);
  const code = CODES.get(status);
  if (sent.type === PROTOBUF_TYPE) {
    expect(response.headers.get("content-type")).toBe(PROTOBUF_TYPE);
    // google.rpc.Status { code = 1, message = 2 }
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([bytes[0], bytes[1], bytes[2]]).toEqual([0x08, code, 0x12]);
    return;
  }
  expect(await response.json()).toEqual({ code, message: expect.any(String) as string });
});

test("a body in chunks is taken whole, its bytes be they cut anywhere", async () => {
  const bytes = protobufOf("in chunks");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const headers = { "content-type": PROTOBUF_TYPE };
  const given = { method: "POST", headers, body, duplex: "half" };
  const response = await fetch(`${open.url}/v1/traces`, given as RequestInit);
  expect([response.status, await response.text()]).toEqual([200, ""]);
  expect(namesIn(open.rows("spans"))).toContain("in chunks");
});

test("a body without a length is measured as it comes", async () => {
  const chunk = new Uint8Array(0x10000).fill(0x20);
  let left = 20;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
  const headers = { "content-type": JSON_TYPE };
  const given = { method: "POST", headers, body, duplex: "half" };
  const response = await fetch(`${open.url}/v1/traces`, given as RequestInit);
  expect(response.status).toBe(413);
});

test("a full spool: 429, when to come again, and nothing kept of it", async () => {
  await using small = await openReceiver({ spoolBytes: 2_000 });
  const body = jsonOf(...Array<string>(4).fill("fills"));
  const answers = [];
  for (let sent = 0; sent < 4; sent++) answers.push(await send(body, { url: small.url }));
  const [first, ...others] = answers;
  expect(first?.status).toBe(200);
  const refused = others.find(({ status }) => status === 429);
  expect(refused?.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(await refused?.json()).toMatchObject({ code: 8 });
  const kept = answers.filter(({ status }) => status === 200).length;
  expect(small.rows("spans")).toHaveLength(4 * kept);
  const { traces: counts } = small.receiver.counts();
  expect(counts).toMatchObject({ requests: 4, accepted: 4 * kept });
  expect(counts.refused.throttled).toBe(4 - kept);
});

test("keys: those of now are asked for, and change without a restart", async () => {
  await using locked = await openReceiver({ keys: [KEY] });
  const { url, receiver } = locked;
  const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await send(jsonOf("keyed"), { url, headers })).status;
  const none = await send(jsonOf("keyed"), { url });
  expect(none.status).toBe(401);
  expect(none.headers.get("www-authenticate")).toBe('ApiKey header="x-api-key"');
  expect(await status({ "x-api-key": `${KEY}!` })).toBe(401);
  expect(await status({ "x-api-key": KEY })).toBe(200);
  receiver.replaceKeys(["another-key-of-it"]);
  expect(await status({ "x-api-key": "another-key-of-it" })).toBe(200);
  expect(await status({ "x-api-key": KEY })).toBe(401);
  expect(receiver.counts().traces).toMatchObject({
    requests: 5,
    accepted: 2,
    refused: { unauthenticated: 3 },
  });
});

const ERRORS = { name: "errors", share: 1, service: "", span: "", error: true, min_ms: 0 };
const SAMPLING = {
  share: 0,
  wait_ms: 600_000,
  max_bytes: MIB,
  rules: [{ ...ERRORS, attribute: "", values: [] }],
};
const OF_TWO_TRACES = Buffer.from(
  JSON.stringify(
    traces(
      span("its child"),
      span("fine", { traceId: `${TRACE.slice(1)}0` }),
      span("failed", { status: { code: 2 } }),
    ),
  ),
);

test("sampling: a trace waits for its time, or for other rules, which need no restart", async () => {
  await using sampled = await openReceiver({ sampling: SAMPLING });
  const { url, receiver } = sampled;
  // What is sampled out was taken: senders must not send it again.
  expect(await (await send(OF_TWO_TRACES, { url })).text()).toBe("{}");
  const counts = (): object => receiver.counts().traces;
  expect(counts()).toMatchObject({ accepted: 3, waiting: 3, sampledOut: 0 });
  expect(sampled.rows("spans")).toEqual([]);
  receiver.replaceSampling({ ...SAMPLING, share: 0.5, rules: [] });
  await expect.poll(counts, { interval: 5 }).toMatchObject({ waiting: 0, sampledOut: 1 });
  expect(namesIn(sampled.rows("spans"))).toEqual(["its child", "failed"]);
  const high = span("of the half", { traceId: `${TRACE.slice(0, 18)}${"f".repeat(14)}` });
  await send(Buffer.from(JSON.stringify(traces(high))), { url });
  expect(sampled.rows("spans").at(-1)).toMatchObject({ TraceState: "ot=th:8" });
});

test("sampling: what waits at a stop is decided by then", async () => {
  await using sampled = await openReceiver({ sampling: SAMPLING });
  await send(OF_TWO_TRACES, { url: sampled.url });
  await sampled.receiver.close();
  expect(namesIn(sampled.rows("spans"))).toEqual(["its child", "failed"]);
  expect(sampled.receiver.counts().traces).toMatchObject({ waiting: 0, sampledOut: 1 });
});

test("files and syslog go the same way, in the receiver's thread", async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-inputs-"));
  const path = join(folder, "*.log");
  writeFileSync(join(folder, "a.log"), "of a file\n");
  const file = { path, service: "shop", attributes: {}, from: "start", join: "none" } as const;
  const loopback = { listen: { host: "127.0.0.1", port: 0 }, service: "", attributes: {} };
  const syslog = [{ ...loopback, zone: "UTC", protocol: "tcp", senders: ["127.0.0.0/8"] } as const];
  await using own = await openReceiver({ files: [file], syslog });
  const [listen] = own.receiver.syslog;
  connect(listen?.port ?? 0, "127.0.0.1").end("<14>cron: of syslog\n");
  const accepted = (): object => own.receiver.inputs();
  await expect
    .poll(accepted, { interval: 5 })
    .toMatchObject({ files: { accepted: 1 }, syslog: { accepted: 1 } });
  const rows = own
    .rows("logs")
    .map(({ ServiceName, Body }) => `${String(ServiceName)}: ${String(Body)}`);
  expect(new Set(rows)).toEqual(new Set(["shop: of a file", "cron: of syslog"]));
  rmSync(folder, { recursive: true });
});

test("counts are by signal, with bodies as they were sent", async () => {
  await using own = await openReceiver();
  const body = gzipSync(jsonOf("a", "b"));
  await send(body, { url: own.url, coding: "gzip" });
  await send(Buffer.from("{"), { url: own.url, path: "/v1/logs" });
  const counts = own.receiver.counts();
  expect(counts.traces).toMatchObject({ requests: 1, bodyBytes: body.length, accepted: 2 });
  expect(counts.logs).toMatchObject({ requests: 1, accepted: 0, refused: { undecodable: 1 } });
  expect(counts.metrics).toMatchObject({ requests: 0 });
});

test("an address that is taken is a fault of the start", async () => {
  const port = Number(new URL(open.url).port);
  await expect(openReceiver({ listen: { host: "127.0.0.1", port } })).rejects.toThrow(/EADDRINUSE/);
});

test("at a stop, a request that is on its way is answered", async () => {
  const last = await openReceiver();
  const socket = connect(Number(new URL(last.url).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => (answer += data.toString()));
  const body = jsonOf("last");
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${JSON_TYPE}\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  // It is known to be there now.
  await once(socket, "data");
  const closed = last.receiver.close();
  socket.write(body);
  await closed;
  if (!socket.closed) await once(socket, "close");
  expect(answer).toContain("HTTP/1.1 200 OK");
  expect(namesIn(last.rows("spans"))).toEqual(["last"]);
  await last[Symbol.asyncDispose]();
});
