// What OpenTelemetry's own Node SDK sends, by both of its encodings, compressed: equal rows, and none missing.
import {
  type Context,
  ROOT_CONTEXT,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as JsonMetrics } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetrics } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, expect, test } from "vitest";
import { openReceiver } from "./support/receiver.ts";

const open = await openReceiver();
afterAll(() => open[Symbol.asyncDispose]());

const resource = resourceFromAttributes({ "service.name": "shop", "host.name": "node-1" });

function options(signal: string) {
  return { url: `${open.url}/v1/${signal}`, compression: "gzip" as never };
}

test("spans, with events, links and a status", async () => {
  const provider = new TracerProvider({
    resource,
    spanProcessors: [
      new SimpleSpanProcessor({ exporter: new JsonTraces(options("traces")) }),
      new SimpleSpanProcessor({ exporter: new ProtobufTraces(options("traces")) }),
    ],
  });
  const tracer = provider.getTracer("lib", "1.2.3");
  const parent = tracer.startSpan("GET /orders", { kind: SpanKind.SERVER }, ROOT_CONTEXT);
  const within: Context = trace.setSpan(ROOT_CONTEXT, parent);
  const child = tracer.startSpan(
    "price",
    { kind: SpanKind.CLIENT, links: [{ context: parent.spanContext(), attributes: { why: "x" } }] },
    within,
  );
  child.setAttributes({ text: "ünïcode", count: 7, ratio: 0.25, isSo: true, list: ["a", "b"] });
  child.addEvent("retried", { after: 5 });
  child.recordException(new Error("it broke"));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "it broke" });
  child.end();
  parent.end();
  await provider.forceFlush();
  await provider.shutdown();
  const rows = open.rows("spans");
  const [one, other] = ["price", "GET /orders"].map((name) =>
    rows.filter(({ SpanName }) => SpanName === name),
  );
  expect([one?.length, other?.length]).toEqual([2, 2]);
  expect(one?.[1]).toEqual(one?.[0]);
  expect(other?.[1]).toEqual(other?.[0]);
  const { traceId, spanId } = child.spanContext();
  expect(one?.[0]).toMatchObject({
    TraceId: traceId,
    SpanId: spanId,
    ParentSpanId: parent.spanContext().spanId,
    SpanKind: "Client",
    ServiceName: "shop",
    ResourceAttributes: { "host.name": "node-1", "service.name": "shop" },
    ScopeName: "lib",
    ScopeVersion: "1.2.3",
    SpanAttributes: { text: "ünïcode", count: "7", ratio: "0.25", isSo: "true", list: '["a","b"]' },
    StatusCode: "Error",
    StatusMessage: "it broke",
    "Events.Name": ["retried", "exception"],
    "Links.SpanId": [parent.spanContext().spanId],
    "Links.Attributes": [{ why: "x" }],
  });
  expect(other?.[0]).toMatchObject({ ParentSpanId: "", SpanKind: "Server", StatusCode: "Unset" });
});

test("log records, with bodies of any kind", async () => {
  const provider = new LoggerProvider({
    resource,
    processors: [
      new SimpleLogRecordProcessor({ exporter: new JsonLogs(options("logs")) }),
      new SimpleLogRecordProcessor({ exporter: new ProtobufLogs(options("logs")) }),
    ],
  });
  const logger = provider.getLogger("lib");
  logger.emit({
    severityNumber: SeverityNumber.INFO,
    severityText: "INFO",
    body: "plain",
    attributes: { a: 1 },
  });
  logger.emit({ body: { deep: [1, "two", { three: true }] }, eventName: "shop.sold" });
  await provider.forceFlush();
  await provider.shutdown();
  const rows = open.rows("logs");
  const of = (body: string) => rows.filter(({ Body }) => Body === body);
  const [plain, deep] = [of("plain"), of('{"deep":[1,"two",{"three":true}]}')];
  expect([plain.length, deep.length, rows.length]).toEqual([2, 2, 4]);
  expect(plain[1]).toEqual(plain[0]);
  expect(deep[1]).toEqual(deep[0]);
  expect(plain[0]).toMatchObject({
    SeverityNumber: 9,
    SeverityText: "INFO",
    ServiceName: "shop",
    ScopeName: "lib",
    LogAttributes: { a: "1" },
  });
  expect(deep[0]).toMatchObject({ EventName: "shop.sold" });
});

test("metrics of every kind that the SDK has", async () => {
  const protobuf = new ProtobufMetrics(options("metrics"));
  const json = new JsonMetrics(options("metrics"));
  const reader = new PeriodicExportingMetricReader({
    exporter: protobuf,
    exportIntervalMillis: 3_600_000,
  });
  const provider = new MeterProvider({
    resource,
    readers: [reader],
    views: [
      { instrumentName: "sizes", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
    ],
  });
  const meter = provider.getMeter("lib", "2");
  meter.createCounter("sold", { unit: "1", description: "orders" }).add(3, { route: "/" });
  meter.createUpDownCounter("open").add(-2);
  meter.createGauge("heat").record(21.5);
  const times = meter.createHistogram("times", { advice: { explicitBucketBoundaries: [1, 10] } });
  const sizes = meter.createHistogram("sizes");
  for (const value of [0.5, 5, 50]) {
    times.record(value);
    sizes.record(value);
  }
  const { resourceMetrics } = await reader.collect();
  for (const exporter of [json, protobuf]) {
    const code = await new Promise((resolve) =>
      exporter.export(resourceMetrics, (result) => resolve(result.code)),
    );
    expect(code).toBe(0);
  }
  const sent = { gauge: ["heat"], sum: ["sold", "open"], histogram: ["times"] } as const;
  for (const [stream, names] of [
    ...Object.entries(sent),
    ["exponential_histogram", ["sizes"]] as const,
  ]) {
    const rows = open.rows(stream as keyof typeof sent);
    const half = rows.length / 2;
    expect(rows.map(({ MetricName }) => MetricName)).toEqual([...names, ...names]);
    expect(rows.slice(half)).toEqual(rows.slice(0, half));
  }
  expect(open.rows("sum")[0]).toMatchObject({
    MetricDescription: "orders",
    MetricUnit: "1",
    Attributes: { route: "/" },
    Value: 3,
    AggregationTemporality: 2,
    IsMonotonic: true,
  });
  expect(open.rows("sum")[1]).toMatchObject({ Value: -2, IsMonotonic: false });
  expect(open.rows("gauge")[0]).toMatchObject({ Value: 21.5, ScopeVersion: "2" });
  expect(open.rows("histogram")[0]).toMatchObject({
    Count: 3,
    Sum: 55.5,
    BucketCounts: [1, 1, 1],
    ExplicitBounds: [1, 10],
    Min: 0.5,
    Max: 50,
  });
  expect(open.rows("exponential_histogram")[0]).toMatchObject({
    Count: 3,
    Sum: 55.5,
    ZeroCount: 0,
  });
  await provider.shutdown();
});
