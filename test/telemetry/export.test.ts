// Rows go out as OTLP/HTTP spans to a real server, bounded, counted, and only when asked to.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { createLog, type LogFields } from "../../src/core/log.ts";
import { createSpanExport } from "../../src/telemetry/export.ts";
import type { RequestRecord } from "../../src/telemetry/record.ts";
import type { RowGroup } from "../../src/telemetry/groups/row-group.ts";
import { groupsOf } from "./support/groups.ts";

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code: number };
}
interface OtlpBody {
  resourceSpans: {
    resource: { attributes: OtlpSpan["attributes"] };
    scopeSpans: { scope: { name: string }; spans: OtlpSpan[] }[];
  }[];
}
interface Received {
  path: string;
  headers: NodeJS.Dict<string | string[]>;
  body: OtlpBody;
}

/** What takes longer hangs. */
const LONG_MS = 300_000;
const servers: Server[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** An OTLP receiver that answers with the statuses given, the last one from then on. */
async function receiver(...statuses: number[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      received.push({
        path,
        headers,
        body: JSON.parse(Buffer.concat(chunks).toString()) as OtlpBody,
      });
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      response.writeHead(status ?? 200, { "content-type": "application/json" }).end("{}");
    });
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { received, url: `http://127.0.0.1:${port}` };
}

function recorder() {
  const events: (LogFields & { event: string })[] = [];
  const log = createLog("debug", (line) => void events.push(JSON.parse(line)));
  return { log, events };
}

async function start(env: NodeJS.ProcessEnv) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { log, events } = recorder();
  const spans = await createSpanExport({ env: process.env, instance: "weir-1", log });
  return { spans: spans!, events };
}

function rows(...changes: Partial<RequestRecord>[]): RowGroup[] {
  return changes.flatMap((change) =>
    groupsOf({
      traceId: "80f198ee56343ba864fe8b2a57d3eff7",
      spanId: "e457b5a2e4d86bd1",
      startedAtMs: 1_700_000_000_999.25,
      method: "GET",
      route: "orders",
      status: 200,
      durationNs: 2_000_000,
      sampled: true,
      ...change,
    }),
  );
}

test("exact ids, times, parents, state, attributes and resource reach the endpoint", async () => {
  const { received, url } = await receiver(200);
  const { spans, events } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=blue",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test%20one",
    OTEL_TRACES_SAMPLER: "always_off",
  });
  const attempt = { upstream: "http://10.0.0.1:4001", error: "" };
  spans.take(
    rows(
      {
        parentSpanId: "b7ad6b7169203331",
        traceState: "foo@=1,bar=2",
        attempts: [{ ...attempt, startedNs: 500_000, durationNs: 1_000_000, status: 503 }],
      },
      { sampled: false, spanId: "1111111111111111" },
      { spanId: "2222222222222222", status: 500 },
    ),
  );
  await spans.shutdown(LONG_MS);

  const request = received[0]!;
  expect([received.length, request.path]).toEqual([1, "/v1/traces"]);
  expect(request.headers).toMatchObject({ "x-tenant": "blue", "content-type": "application/json" });
  const { resource, scopeSpans } = request.body.resourceSpans[0]!;
  expect(valuesOf(resource.attributes)).toMatchObject({
    "service.name": "weir",
    "service.instance.id": "weir-1",
    "deployment.environment.name": "test one",
  });
  expect(JSON.stringify(resource)).not.toContain("process.command");
  expect(scopeSpans[0]!.scope.name).toBe("weir");
  const [server, client, failed, ...others] = byKind(scopeSpans[0]!.spans);
  expect(others).toEqual([]);
  expect(server).toMatchObject({
    traceId: "80f198ee56343ba864fe8b2a57d3eff7",
    spanId: "e457b5a2e4d86bd1",
    parentSpanId: "b7ad6b7169203331",
    traceState: "foo@=1,bar=2",
    name: "GET orders",
    kind: 2,
    // Rows keep times in steps of 4.096 us and three digits of durations.
    startTimeUnixNano: "1700000000999247872",
    endTimeUnixNano: "1700000001001248768",
    status: { code: 0 },
  });
  expect(valuesOf(server!.attributes)).toMatchObject({ "http.response.status_code": 200 });
  expect(client).toMatchObject({
    spanId: "e557b5a2e4d86bd1",
    parentSpanId: "e457b5a2e4d86bd1",
    traceState: "foo@=1,bar=2",
    name: "GET",
    kind: 3,
    startTimeUnixNano: "1700000000999748096",
    endTimeUnixNano: "1700000001000748544",
    status: { code: 2 },
  });
  expect(failed).toMatchObject({ spanId: "2222222222222222", kind: 2, status: { code: 2 } });
  expect(failed!.parentSpanId).toBeUndefined();
  expect(spans.stats()).toEqual({ sent: 3, failed: 0, dropped_rows: 0 });
  expect(events).toEqual([]);
});

function byKind(spans: OtlpSpan[]): OtlpSpan[] {
  const order = ["e457b5a2e4d86bd1", "e557b5a2e4d86bd1", "2222222222222222"];
  return spans.toSorted((a, b) => order.indexOf(a.spanId) - order.indexOf(b.spanId));
}

function valuesOf(attributes: OtlpSpan["attributes"]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

test("more rows than the SDK's queue holds all arrive", async () => {
  const { received, url } = await receiver(200);
  const { spans } = await start({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/mine` });
  const many = Array.from({ length: 5000 }, (_, at) => ({
    spanId: (at + 1).toString(16).padStart(16, "0"),
  }));
  spans.take(rows(...many));
  await spans.shutdown(LONG_MS);
  expect(spans.stats()).toEqual({ sent: 5000, failed: 0, dropped_rows: 0 });
  const ids = received.flatMap(({ body }) =>
    body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );
  expect(new Set(ids.map(({ spanId }) => spanId)).size).toBe(5000);
  expect(received[0]!.path).toBe("/mine");
});

test.each(["1", "18", "100", "many"])("a queue of %s loses and delays nothing", async (size) => {
  const { url } = await receiver(200);
  const { spans, events } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_BSP_MAX_QUEUE_SIZE: size,
    OTEL_BSP_SCHEDULE_DELAY: "60000",
  });
  spans.take(rows(...Array.from({ length: 300 }, () => ({}))));
  await spans.shutdown(LONG_MS);
  expect(spans.stats()).toEqual({ sent: 300, failed: 0, dropped_rows: 0 });
  expect(events.map(({ event }) => event)).toEqual(size === "1" ? ["span_queue_too_small"] : []);
});

test("an outage is counted and said once, and so is its end", async () => {
  const { url } = await receiver(400, 400, 200);
  const { spans, events } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_BSP_SCHEDULE_DELAY: "1",
  });
  for (let settled = 1; settled <= 3; settled++) {
    spans.take(rows({ spanId: `000000000000000${settled}` }));
    await expect.poll(() => spans.stats().sent + spans.stats().failed).toBe(settled);
  }
  await spans.shutdown(LONG_MS);
  expect(spans.stats()).toMatchObject({ sent: 1, failed: 2 });
  expect(events.map(({ event }) => event)).toEqual(["span_export_down", "span_export_up"]);
});

test("a receiver that never answers does not hold up the end, nor memory", async () => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { spans, events } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  spans.take(rows({}));
  const batch = Array.from({ length: 1000 }, () => rows({})).flat();
  let taken = 1;
  for (; taken < 24_000; taken += 1000) spans.take(batch);
  expect(spans.stats().dropped_rows).toBeGreaterThan(0);
  const before = performance.now();
  await spans.shutdown(300);
  expect(performance.now() - before).toBeLessThan(8_000);
  expect(events.map(({ event }) => event)).toEqual(["span_export_shutdown"]);
  // Whatever was not sent is counted as one thing or the other.
  const { unsent, dropped_rows } = events[0] as LogFields;
  expect(Number(unsent) + Number(dropped_rows)).toBe(taken);
});

test.each([
  [{}, []],
  [{ OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }, []],
  [{ OTEL_SDK_DISABLED: "TRUE", OTEL_TRACES_EXPORTER: "otlp" }, []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, []],
  [{ OTEL_TRACES_EXPORTER: "zipkin" }, ["unknown_exporter"]],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" }, ["bad_otlp_endpoint"]],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "ftp://a/b" }, ["bad_otlp_endpoint"]],
  [{ OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: "x" }, ["bad_otlp_endpoint"]],
])("nothing is exported with %j", async (env, warnings) => {
  const { log, events } = recorder();
  expect(await createSpanExport({ env, instance: "weir-1", log })).toBeUndefined();
  expect(events.map(({ event }) => event)).toEqual(warnings);
});

test("a protocol we do not speak and malformed resource attributes are said", async () => {
  const { received, url } = await receiver(200);
  const { spans, events } = await start({
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    OTEL_RESOURCE_ATTRIBUTES: "a=%zz,b=1",
    OTEL_SERVICE_NAME: "edge",
  });
  spans.take(rows({}));
  await spans.shutdown(LONG_MS);
  const warned = events.map(({ event }) => event);
  expect(warned).toEqual(["unsupported_otlp_protocol", "bad_resource_attributes"]);
  const { attributes } = received[0]!.body.resourceSpans[0]!.resource;
  expect(valuesOf(attributes)).toMatchObject({ "service.name": "edge" });
  expect(valuesOf(attributes)).not.toHaveProperty("b");
});
