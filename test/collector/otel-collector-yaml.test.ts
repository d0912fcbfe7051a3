// collector/otel-collector.yaml against what the upstream Collector documents: each key is one it has, each column it writes one of ours.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Signal, STREAMS } from "../../src/telemetry/streams.ts";

const FILE = join(import.meta.dirname, "../../collector/otel-collector.yaml");

/** A value, or the keys that a mapping may have. */
type Keys = true | { readonly [key: string]: Keys };

const words = (text: string): Keys => Object.fromEntries(text.split(" ").map((key) => [key, true]));

const TABLE = { name: true } as const;
const PIPELINE = words("receivers processors exporters");

/**
 * clickhouseexporter's config.schema.yaml, exporterhelper's queue_batch_config and back_off_config, and the READMEs of
 * file_storage, memory_limiter and the OTLP receiver.
 */
const KNOWN: Keys = {
  receivers: { otlp: { protocols: { http: { endpoint: true }, grpc: { endpoint: true } } } },
  processors: {
    memory_limiter: words(
      "check_interval limit_mib spike_limit_mib limit_percentage spike_limit_percentage",
    ),
  },
  exporters: {
    clickhouse: {
      ...(words(
        "async_insert cluster_name compress connection_params create_schema database endpoint json logs_table_name " +
          "password profiles_table_name table_engine tls traces_table_name ttl username timeout",
      ) as object),
      metrics_tables: {
        gauge: TABLE,
        sum: TABLE,
        summary: TABLE,
        histogram: TABLE,
        exponential_histogram: TABLE,
      },
      sending_queue: {
        ...(words(
          "enabled wait_for_result sizer queue_size block_on_overflow storage num_consumers",
        ) as object),
        batch: words("flush_timeout min_size max_size sizer partition"),
      },
      retry_on_failure: words(
        "enabled initial_interval randomization_factor multiplier max_interval max_elapsed_time",
      ),
    },
  },
  extensions: {
    file_storage: words(
      "directory timeout compaction fsync create_directory directory_permissions recreate",
    ),
  },
  service: {
    extensions: true,
    pipelines: { traces: PIPELINE, logs: PIPELINE, metrics: PIPELINE },
  },
};

function unknownIn(value: unknown, known: Keys, path = ""): readonly string[] {
  if (known === true || typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const of = Object.hasOwn(known, key) ? known[key] : undefined;
    const name = `${path}.${key}`;
    return of === undefined ? [name] : unknownIn(each, of, name);
  });
}

const config = parse(readFileSync(FILE, "utf8")) as Record<string, Record<string, unknown>>;

test("each key is one that the Collector knows", () => {
  expect(unknownIn(config, KNOWN)).toEqual([]);
  expect(unknownIn({ exporters: { clickhouse: { ttl_days: 3 } } }, KNOWN)).toEqual([
    ".exporters.clickhouse.ttl_days",
  ]);
});

test("what pipelines name is there, and no more", () => {
  const { extensions, pipelines } = config["service"] as {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  };
  const named = (kind: string): readonly string[] =>
    [...new Set(Object.values(pipelines).flatMap((each) => each[kind] ?? []))].sort();
  for (const kind of ["receivers", "processors", "exporters"]) {
    expect(named(kind)).toEqual(Object.keys(config[kind] ?? {}).sort());
  }
  expect(extensions).toEqual(Object.keys(config["extensions"] ?? {}));
});

const SCOPE =
  "ResourceAttributes ResourceSchemaUrl ScopeName ScopeVersion ScopeAttributes ScopeDroppedAttrCount ScopeSchemaUrl";
const METRIC = `${SCOPE} ServiceName MetricName MetricDescription MetricUnit Attributes StartTimeUnix TimeUnix`;
const EXEMPLARS =
  "Exemplars.FilteredAttributes Exemplars.TimeUnix Exemplars.Value Exemplars.SpanId Exemplars.TraceId";
const POINT = `${METRIC} Value Flags ${EXEMPLARS}`;
const ENDS = `${EXEMPLARS} Flags Min Max AggregationTemporality`;

/** As its internal/sql_templates insert them, and what of ours it leaves to its default. */
const INSERTED: Readonly<Record<Signal, readonly [columns: string, left?: string]>> = {
  spans: [
    "Timestamp TraceId SpanId ParentSpanId TraceState SpanName SpanKind ServiceName ResourceAttributes ScopeName " +
      "ScopeVersion SpanAttributes Duration StatusCode StatusMessage Events.Timestamp Events.Name Events.Attributes " +
      "Links.TraceId Links.SpanId Links.TraceState Links.Attributes",
  ],
  logs: [
    "Timestamp TraceId SpanId TraceFlags SeverityText SeverityNumber ServiceName Body ResourceSchemaUrl " +
      "ResourceAttributes ScopeSchemaUrl ScopeName ScopeVersion ScopeAttributes LogAttributes",
    // From 0.151 on it inserts this, too, where the table has it.
    "EventName",
  ],
  gauge: [POINT],
  sum: [`${POINT} AggregationTemporality IsMonotonic`],
  histogram: [`${METRIC} Count Sum BucketCounts ExplicitBounds ${ENDS}`],
  exponential_histogram: [
    `${METRIC} Count Sum Scale ZeroCount PositiveOffset PositiveBucketCounts NegativeOffset NegativeBucketCounts ${ENDS}`,
  ],
  summary: [`${METRIC} Count Sum ValueAtQuantiles.Quantile ValueAtQuantiles.Value Flags`],
};

test.each(Object.entries(INSERTED))("%s: its columns are ours", (signal, [columns, left = ""]) => {
  const own = new Set(STREAMS[signal as Signal].columns);
  const its = columns.split(" ");
  expect(its.filter((name) => !own.has(name))).toEqual([]);
  expect([...own].filter((name) => !its.includes(name)).join(" ")).toBe(left);
});
