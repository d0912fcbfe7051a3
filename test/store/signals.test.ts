// What services send, from the spool's lines to the OpenTelemetry Collector's tables and back, against the real store.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Signal, SIGNALS, STREAMS } from "../../src/telemetry/streams.ts";
import { deliver } from "../../src/telemetry/drain-delivery.ts";
import type { Batch } from "../../src/telemetry/sink.ts";
import { startTestStore, timestamp, type TestStore } from "./support.ts";

let system: TestStore;
const nowMs = Math.floor(Date.now() / 1000) * 1000;
const AT = `${timestamp(nowMs).slice(0, -9)}123456789`;

beforeAll(async () => {
  system = await startTestStore();
});

afterAll(() => system.end());

const POINT = {
  ResourceAttributes: { "service.name": "orders" },
  ResourceSchemaUrl: "https://opentelemetry.io/schemas/1.27.0",
  ScopeName: "meter",
  ScopeVersion: "1.2.0",
  ScopeAttributes: { a: "b" },
  ScopeDroppedAttrCount: 1,
  ScopeSchemaUrl: "",
  ServiceName: "orders",
  MetricName: "queue.length",
  MetricDescription: 'Orders "waiting"\nin line',
  MetricUnit: "{order}",
  Attributes: { queue: "main", ünïcode: "☃" },
  StartTimeUnix: timestamp(nowMs - 60_000),
  TimeUnix: AT,
};

const EXEMPLARS = {
  "Exemplars.FilteredAttributes": [{ user: "alice" }, {}],
  "Exemplars.TimeUnix": [AT, AT],
  "Exemplars.Value": [1.5, 2],
  "Exemplars.SpanId": ["00f067aa0ba902b7", ""],
  "Exemplars.TraceId": ["4bf92f3577b34da6a3ce929d0e0e4736", ""],
};

const HISTOGRAM_END = { ...EXEMPLARS, Flags: 0, Min: -0.5, Max: 90, AggregationTemporality: 2 };

/** One row of each stream, by column. */
const ROWS: Readonly<Record<Signal, Readonly<Record<string, unknown>>>> = {
  spans: {
    Timestamp: AT,
    TraceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    SpanId: "00f067aa0ba902b7",
    ParentSpanId: "",
    TraceState: "a=b",
    SpanName: "SELECT orders",
    SpanKind: "Client",
    ServiceName: "orders",
    ResourceAttributes: { "service.name": "orders" },
    ScopeName: "pg",
    ScopeVersion: "8",
    SpanAttributes: { "db.system": "postgresql" },
    Duration: "18446744073709551615",
    StatusCode: "Error",
    StatusMessage: "gone",
    "Events.Timestamp": [AT, AT],
    "Events.Name": ["exception", "retry"],
    "Events.Attributes": [{ "exception.type": "E" }, {}],
    "Links.TraceId": ["0af7651916cd43dd8448eb211c80319c"],
    "Links.SpanId": ["b7ad6b7169203331"],
    "Links.TraceState": [""],
    "Links.Attributes": [{ why: "batch" }],
  },
  logs: {
    Timestamp: AT,
    TraceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    SpanId: "00f067aa0ba902b7",
    TraceFlags: 1,
    SeverityText: "ERROR",
    SeverityNumber: 17,
    ServiceName: "orders",
    Body: 'order 17 \\ "lost"\tline\u0000end ☃',
    ResourceSchemaUrl: "",
    ResourceAttributes: { "service.name": "orders" },
    ScopeSchemaUrl: "",
    ScopeName: "log",
    ScopeVersion: "1",
    ScopeAttributes: {},
    LogAttributes: { order: "17" },
    EventName: "order.lost",
  },
  gauge: { ...POINT, Value: -1.25, Flags: 1, ...EXEMPLARS },
  sum: {
    ...POINT,
    Value: 1e300,
    Flags: 0,
    ...EXEMPLARS,
    AggregationTemporality: 1,
    IsMonotonic: true,
  },
  histogram: {
    ...POINT,
    Count: 3,
    Sum: 91.5,
    BucketCounts: [1, 0, 2],
    ExplicitBounds: [0.5, 10],
    ...HISTOGRAM_END,
  },
  exponential_histogram: {
    ...POINT,
    Count: 6,
    Sum: 91.5,
    Scale: -3,
    ZeroCount: 1,
    PositiveOffset: -2,
    PositiveBucketCounts: [1, 0, 3],
    NegativeOffset: 4,
    NegativeBucketCounts: [1],
    ...HISTOGRAM_END,
  },
  summary: {
    ...POINT,
    Count: 4,
    Sum: 10,
    "ValueAtQuantiles.Quantile": [0.5, 0.99],
    "ValueAtQuantiles.Value": [2, 4.5],
    Flags: 0,
  },
};

function lineOf(signal: Signal, row: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(STREAMS[signal].columns.map((column) => row[column]))}\n`;
}

function batchOf(signal: Signal, lines: string, token: string): Batch {
  const { table, columns } = STREAMS[signal];
  return {
    table,
    columns,
    format: "lines",
    body: Buffer.from(lines),
    rows: lines.split("\n").length - 1,
    token,
  };
}

async function read(signal: Signal): Promise<readonly Record<string, unknown>[]> {
  const { table, columns } = STREAMS[signal];
  const named = columns.map((column) =>
    /Timestamp$|TimeUnix$|Duration/.test(column) ? textOf(column) : `\`${column}\``,
  );
  const { rows } = await system.store.query(`SELECT ${named.join(", ")} FROM ${table}`);
  return rows;
}

/** As the spool has it: seconds and nine digits, also of each element. */
function textOf(column: string): string {
  const text = (of: string): string =>
    column === "Duration"
      ? `toString(${of})`
      : `concat(toString(toUnixTimestamp64Second(${of})), '.', leftPad(toString(toUnixTimestamp64Nano(${of}) % 1000000000), 9, '0'))`;
  const value = column.includes(".") ? `arrayMap(t -> ${text("t")}, ${column})` : text(column);
  return `${value} AS \`${column}\``;
}

test.each(SIGNALS)(
  "%s come back as they were sent, and a batch sent again is taken once",
  async (signal) => {
    const batch = batchOf(signal, lineOf(signal, ROWS[signal]), `token-${signal}`);
    expect(Object.keys(ROWS[signal]).toSorted()).toEqual(STREAMS[signal].columns.toSorted());
    for (let times = 0; times < 3; times++) {
      expect(await system.store.write(batch)).toEqual({ kind: "stored" });
    }
    expect(await read(signal)).toEqual([ROWS[signal]]);
    // The same bytes under another token are other rows.
    await system.store.write({ ...batch, token: `other-${signal}` });
    expect(await read(signal)).toEqual([ROWS[signal], ROWS[signal]]);
  },
);

/** Attributes, tracestate, and how many spans such a one stands for. */
const WEIGHTS: readonly [string, Readonly<Record<string, string>>, string, number][] = [
  ["nothing", {}, "", 1],
  ["another's tracestate", {}, "th=8,xot=th:8,a=ot;th:8", 1],
  ["the attribute", { SampleRate: "20" }, "", 20],
  ["a share that is no whole number", { SampleRate: "2.5" }, "", 2.5],
  ["the attribute before the threshold", { SampleRate: "3" }, "ot=th:8", 3],
  ["rubbish", { SampleRate: "many" }, "", 1],
  ["no number", { SampleRate: "nan" }, "", 1],
  ["less than one", { SampleRate: "0.1" }, "", 1],
  ["less than none", { SampleRate: "-5" }, "", 1],
  ["an absurd one", { SampleRate: "1e300" }, "", 1e6],
  ["a threshold of one half", {}, "ot=th:8", 2],
  ["of three quarters, among others", {}, "a=b,ot=rv:0123456789abcd;th:c,c=d", 4],
  ["of one in 16^3", {}, "ot=th:fff", 4096],
  ["of all", {}, "ot=th:0", 1],
  ["of none but one", {}, "ot=th:ffffffffffffff", 1e6],
  ["too long a threshold", {}, "ot=th:800000000000000", 1],
];

test("what a span stands for, by its attribute or by its sampler's threshold", async () => {
  const lines = WEIGHTS.map(([TraceId, SpanAttributes, TraceState]) =>
    lineOf("spans", { ...ROWS.spans, TraceId, SpanAttributes, TraceState }),
  );
  await system.store.write(batchOf("spans", lines.join(""), "weights"));
  const ids = WEIGHTS.map(([id]) => id);
  const { rows } = await system.store.query(
    "SELECT TraceId, SampleRate FROM otel_traces WHERE has({ids:Array(String)}, TraceId) ORDER BY indexOf({ids:Array(String)}, TraceId)",
    { ids },
  );
  expect(rows).toEqual(WEIGHTS.map(([TraceId, , , SampleRate]) => ({ TraceId, SampleRate })));
});

test("numbers that JSON has no word for are kept in points", async () => {
  const line = lineOf("gauge", { ...POINT, ...EXEMPLARS, Flags: 0, Value: "VALUE" });
  const lines = ['"nan"', '"inf"', '"-inf"', "1e-320", "-0"].map((text) =>
    line.replace('"VALUE"', text),
  );
  const store = system.store;
  expect(await store.write(batchOf("gauge", lines.join(""), "odd"))).toEqual({ kind: "stored" });
  const { rows } = await store.query(
    "SELECT toString(Value) AS value FROM otel_metrics_gauge WHERE Flags = 0 ORDER BY isNaN(Value), Value",
  );
  expect(rows.map(({ value }) => value)).toEqual(["-inf", "-0", "1e-320", "inf", "nan"]);
});

test("rows of more days than one INSERT may touch are stored in pieces, none lost and none waited for", async () => {
  await system.store.command(
    "CREATE TABLE days (day Date) ENGINE = MergeTree PARTITION BY day ORDER BY day",
  );
  const lines = Array.from({ length: 150 }, (_, day) => `[${20_000 + day}]\n`);
  const body = Buffer.from(lines.join(""));
  const days = { table: "days", columns: ["day"], format: "lines" } as const;
  const batch = { ...days, body, rows: 150, token: "days" };
  const retries: string[] = [];
  const options = {
    sink: system.store,
    random: () => 0,
    firstPauseMs: 1,
    longestPauseMs: 1,
    onRetry: (reason: string) => void retries.push(reason),
  };
  expect(await deliver(batch, options, AbortSignal.timeout(120_000))).toEqual([]);
  expect(retries).toEqual([]);
  const { rows } = await system.store.query(
    "SELECT count() AS count, count(DISTINCT _partition_id) AS partitions FROM days",
  );
  expect(rows).toEqual([{ count: 150, partitions: 150 }]);
});

test("words of a log's text are found by the index, in any case", async () => {
  const lines = Array.from({ length: 30_000 }, (_, at) =>
    lineOf("logs", { ...ROWS.logs, Body: `Order ${String(at)} was REJECTED by the warehouse` }),
  );
  await system.store.write(batchOf("logs", lines.join(""), "words"));
  const sql =
    "SELECT count() AS count FROM otel_logs WHERE hasAllTokens(lower(Body), ['rejected', '777'])";
  expect((await system.store.query(sql)).rows).toEqual([{ count: 1 }]);
  const { rows } = await system.store.query(`EXPLAIN indexes = 1 ${sql}`);
  const plan = rows.map(({ explain }) => String(explain)).join("\n");
  expect(plan).toMatch(/Name: idx_body[^]*Granules: 1\//);
});
