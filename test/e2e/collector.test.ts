// README.md on the collector, run: a whole weir that takes spans, logs and metrics, and has them in its tables.
import { execFile } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { STREAMS } from "../../src/telemetry/streams.ts";
import {
  cleanUp,
  createSite,
  printed,
  type Site,
  spawnWeir,
  watchWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const ROOT = join(import.meta.dirname, "../..");
const section =
  /## Collector\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] ?? "";
const yaml = (/```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? "")
  .replace(":4318", ":0")
  .replace(":\n", ":\n  files: [ { path: app.log, service: shop, from: start } ]\n");
const [exported = "", run = "", curl = "", query = ""] = [
  ...section.replace(/```yaml[\s\S]*?```/, "").matchAll(/^ {4}(\S.*)$/gm),
].map(([, line]) => line ?? "");
const KEY = "a-secret-of-your-senders";

let upstream: Upstream;
let site: Site;
let weir: WeirProcess;
let collector = "";

function configWith(collectorYaml: string): string {
  return `listen: { http: "127.0.0.1:0" }\nadmin: { listen: 127.0.0.1:0 }\ndata: data\nworkers: 1\nservices: { all: { endpoints: ["${upstream.url}"] } }\nroutes: [ { name: all, service: all } ]\n${collectorYaml}`;
}

beforeAll(async () => {
  upstream = await startUpstream();
  site = createSite(configWith(yaml));
  const spawned = spawnWeir(["run", "-c", site.file], { env: { OTLP_KEY: KEY } });
  [weir, collector] = await Promise.all([
    watchWeir(spawned),
    printed(spawned, /OTLP collector +(\S+)\n/),
  ]);
});

afterAll(() => {
  upstream.close();
  cleanUp();
});

function shell(command: string): Promise<string> {
  const here = `'${process.execPath}' '${join(ROOT, "src/main.ts")}'`;
  const text = command
    .replaceAll("npm run -s weir --", here)
    .replace("localhost:4318", collector)
    .replace(" query ", ` query --admin ${weir.admin} `);
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${exported}; ${text} 2>&1`], { cwd: site.folder }, (_, out) =>
      resolve(out),
    );
  });
}

function send(signal: string, body: object, key: string): Promise<Response> {
  return fetch(`${collector}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify(body),
  });
}

async function stored(signal: string, rows: number): Promise<void> {
  await weir.until((status) => {
    const { signals } = status as unknown as {
      readonly signals: readonly { readonly signal: string; readonly stored_rows: number }[];
    };
    return signals.some((each) => each.signal === signal && each.stored_rows === rows);
  });
}

test("the README's span is taken and found", async () => {
  expect(exported).toBe(`export OTLP_KEY=${KEY}`);
  expect(run).toBe("npm run -s weir -- run -c weir.yaml");
  expect(await shell(curl)).toBe("{}");
  await stored("spans", 1);
  expect(await shell(query)).toContain("hello");
});

test("a service's span continues the trace of the request, its log and points are in their tables", async () => {
  const answer = await fetch(`${weir.proxy}/orders`);
  const [, traceId = "", parentSpanId = ""] = (answer.headers.get("traceresponse") ?? "").split(
    "-",
  );
  const at = `${Date.now()}000000`;
  const attributes = [{ key: "service.name", value: { stringValue: "orders" } }];
  const resource = { attributes };
  const one = { traceId, spanId: "eee19b7ec3c1b175", parentSpanId, name: "price", kind: 2 };
  const span = { ...one, startTimeUnixNano: at, endTimeUnixNano: at };
  const events = [{ timeUnixNano: at, name: "e", attributes }];
  const links = [{ traceId, spanId: parentSpanId, attributes }];
  const spans = [{ ...span, attributes, events, links }];
  const logRecords = [
    { timeUnixNano: at, traceId, body: { stringValue: 'priced "it"\n' }, attributes },
  ];
  const exemplars = [{ timeUnixNano: at, asDouble: 2, traceId, filteredAttributes: attributes }];
  const point = { timeUnixNano: at, startTimeUnixNano: at, attributes };
  const buckets = { offset: 1, bucketCounts: ["1", "2"] };
  const metrics = [
    {
      name: "g",
      gauge: {
        dataPoints: [
          { ...point, asDouble: "NaN", exemplars },
          { ...point, asDouble: "-Infinity" },
        ],
      },
    },
    {
      name: "s",
      sum: { dataPoints: [{ ...point, asInt: "5" }], aggregationTemporality: 2, isMonotonic: true },
    },
    {
      name: "h",
      histogram: {
        dataPoints: [
          {
            ...point,
            count: "18446744073709551615",
            sum: 1,
            bucketCounts: ["1", "2"],
            explicitBounds: [0.5],
            exemplars,
          },
        ],
      },
    },
    {
      name: "e",
      exponentialHistogram: {
        dataPoints: [
          { ...point, count: "3", scale: -1, positive: buckets, negative: buckets, exemplars },
        ],
      },
    },
    {
      name: "q",
      summary: {
        dataPoints: [{ ...point, count: "1", quantileValues: [{ quantile: 0.5, value: 7 }] }],
      },
    },
  ];
  const sent = await Promise.all([
    send("traces", { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }, KEY),
    send("logs", { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }, KEY),
    send("metrics", { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }, KEY),
  ]);
  expect(await Promise.all(sent.map((response) => response.text()))).toEqual(["{}", "{}", "{}"]);
  const all = {
    spans: 2,
    logs: 1,
    gauge: 2,
    sum: 1,
    histogram: 1,
    exponential_histogram: 1,
    summary: 1,
  };
  for (const [signal, rows] of Object.entries(all)) await stored(signal, rows);
  await weir.drained();
  const of = `FROM otel_traces WHERE TraceId = '${traceId}'`;
  expect(await weir.sql(`SELECT ServiceName AS s, SpanKind AS k ${of} ORDER BY s, k`)).toEqual([
    { s: "orders", k: "Server" },
    { s: "weir", k: "Client" },
    { s: "weir", k: "Server" },
  ]);
  expect(
    await weir.sql(`SELECT Events.Name AS e, Links.SpanId AS l ${of} AND SpanName = 'price'`),
  ).toEqual([{ e: ["e"], l: [parentSpanId] }]);
  expect(await weir.sql("SELECT Body, TraceId FROM otel_logs")).toEqual([
    { Body: 'priced "it"\n', TraceId: traceId },
  ]);
  expect(
    await weir.sql(
      `SELECT isNaN(Value) AS odd, Value < 0 AS less FROM ${STREAMS.gauge.table} ORDER BY odd`,
    ),
  ).toEqual([
    { odd: 0, less: 1 },
    { odd: 1, less: 0 },
  ]);
  expect(await weir.sql(`SELECT Value AS v, IsMonotonic AS m FROM ${STREAMS.sum.table}`)).toEqual([
    { v: 5, m: true },
  ]);
  expect(
    await weir.sql(
      `SELECT toString(Count) AS c, BucketCounts[2]::UInt8 AS b, Exemplars.TraceId AS t FROM ${STREAMS.histogram.table}`,
    ),
  ).toEqual([{ c: "18446744073709551615", b: 2, t: [traceId] }]);
  expect(
    await weir.sql(
      `SELECT Scale AS s, PositiveOffset AS o, length(NegativeBucketCounts)::UInt8 AS n FROM ${STREAMS.exponential_histogram.table}`,
    ),
  ).toEqual([{ s: -1, o: 1, n: 2 }]);
  expect(
    await weir.sql(`SELECT ValueAtQuantiles.Value AS v FROM ${STREAMS.summary.table}`),
  ).toEqual([{ v: [7] }]);
});

test("lines of a file are rows, and a share of spans stands for all", async () => {
  appendFileSync(join(site.folder, "app.log"), '{"level":"error","msg":"of a file"}\n');
  await stored("logs", 2);
  expect(
    await weir.sql("SELECT Body, SeverityNumber FROM otel_logs WHERE ServiceName = 'shop'"),
  ).toEqual([{ Body: "of a file", SeverityNumber: 17 }]);
  site.write(configWith(`${yaml}  sampling: { share: 0.25, rules: [] }\n`));
  expect(await (await weir.reload()).json()).toMatchObject({ ok: true, restart: [] });
  const counted = async (): Promise<unknown> => {
    // The receiver's thread is told of it on its own way.
    const spans = ["f", "0"].map((digit) => ({
      traceId: `${"1".repeat(18)}${digit.repeat(14)}`,
      spanId: "eee19b7ec3c1b174",
      name: "sampled",
      startTimeUnixNano: `${Date.now()}000000`,
    }));
    await send("traces", { resourceSpans: [{ scopeSpans: [{ spans }] }] }, KEY);
    return weir.status();
  };
  await expect.poll(counted).toMatchObject({ collector: { traces: { sampled_out: 1 } } });
  await weir.drained();
  const sampled = "FROM otel_traces WHERE SpanName = 'sampled' AND TraceState = 'ot=th:c'";
  await expect
    .poll(() => weir.sql(`SELECT sum(SampleRate)::UInt8 AS n ${sampled}`))
    .toEqual([{ n: 4 }]);
});

test("keys change by reload, refusals are counted, and a stop leaves nothing over", async () => {
  expect((await send("logs", {}, "another-one-than-it")).status).toBe(401);
  site.write(configWith(yaml.replace("${env:OTLP_KEY}", "another-one-than-it")));
  expect(await (await weir.reload()).json()).toMatchObject({ ok: true, restart: [] });
  expect((await send("logs", {}, "another-one-than-it")).status).toBe(200);
  expect((await send("logs", {}, KEY)).status).toBe(401);
  const metrics = await weir.metrics();
  expect(metrics).toContain(
    'weir_collector_refused_total{signal="logs",reason="unauthenticated"} 2\n',
  );
  expect(metrics).toContain('weir_collector_accepted_total{signal="metrics"} 6\n');
  expect(await weir.status()).toMatchObject({
    collector: { files: { accepted: 1 }, logs: { accepted: 1 } },
  });
  const { code } = await weir.stop();
  expect({ code, errors: weir.errors().includes('"level":"error"') }).toEqual({
    code: 0,
    errors: false,
  });
});

test("the Collector's own config names the tables that weir has", () => {
  const file = parse(readFileSync(join(ROOT, "collector/otel-collector.yaml"), "utf8")) as {
    readonly exporters: {
      readonly clickhouse: {
        readonly traces_table_name: string;
        readonly logs_table_name: string;
        readonly metrics_tables: Readonly<Record<string, { readonly name: string }>>;
      };
    };
  };
  const { traces_table_name, logs_table_name, metrics_tables } = file.exporters.clickhouse;
  expect([traces_table_name, logs_table_name]).toEqual([STREAMS.spans.table, STREAMS.logs.table]);
  const tables = Object.entries(metrics_tables).map(([kind, { name }]) => [kind, name]);
  const { gauge, sum, histogram, exponential_histogram, summary } = STREAMS;
  const own = { gauge, sum, histogram, exponential_histogram, summary };
  expect(tables).toEqual(Object.entries(own).map(([kind, { table }]) => [kind, table]));
});
