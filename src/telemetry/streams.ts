// The streams of the spool: request rows, and what services send by OTLP. Each has a folder, a journal and a drain of its own.
import { COLUMNS_BY_VERSION, LAST_LINES_VERSION, ROW_VERSION, SPOOLED_COLUMNS } from "./columns.ts";
import { MAX_GROUP_BYTES, MAX_ROW_BYTES } from "./groups/limits.ts";
import type { RowFormat } from "./row-format.ts";

/** What services send: spans, logs, and points of metrics by their kind, as they have a table each. */
export const SIGNALS = [
  "spans",
  "logs",
  "gauge",
  "sum",
  "histogram",
  "exponential_histogram",
  "summary",
] as const;

export type Signal = (typeof SIGNALS)[number];

export type StreamName = "requests" | Signal;

export interface RowLayout {
  /** Where such rows are sent. */
  readonly table: string;
  readonly format: RowFormat;
  /** What stands in a row, in this order. */
  readonly columns: readonly string[];
  /** The end of a longer line or row group is not waited for. */
  readonly maxPieceBytes: number;
}

export interface Stream extends RowLayout {
  /** Of the rows that are written now; segments carry it, so old ones still drain. */
  readonly rowVersion: number;
  /** Of each version that a segment may still hold. */
  readonly layouts: ReadonlyMap<number, RowLayout>;
}

/** A span or log of such a size is rubbish; and a batch of the drain holds several. */
const MAX_SIGNAL_BYTES = 1024 * 1024;

/** Those of the OpenTelemetry Collector's ClickHouse exporter. */
const SPAN_COLUMNS = [
  "Timestamp",
  "TraceId",
  "SpanId",
  "ParentSpanId",
  "TraceState",
  "SpanName",
  "SpanKind",
  "ServiceName",
  "ResourceAttributes",
  "ScopeName",
  "ScopeVersion",
  "SpanAttributes",
  "Duration",
  "StatusCode",
  "StatusMessage",
  "Events.Timestamp",
  "Events.Name",
  "Events.Attributes",
  "Links.TraceId",
  "Links.SpanId",
  "Links.TraceState",
  "Links.Attributes",
];

const LOG_COLUMNS = [
  "Timestamp",
  "TraceId",
  "SpanId",
  "TraceFlags",
  "SeverityText",
  "SeverityNumber",
  "ServiceName",
  "Body",
  "ResourceSchemaUrl",
  "ResourceAttributes",
  "ScopeSchemaUrl",
  "ScopeName",
  "ScopeVersion",
  "ScopeAttributes",
  "LogAttributes",
  "EventName",
];

const POINT_COLUMNS = [
  "ResourceAttributes",
  "ResourceSchemaUrl",
  "ScopeName",
  "ScopeVersion",
  "ScopeAttributes",
  "ScopeDroppedAttrCount",
  "ScopeSchemaUrl",
  "ServiceName",
  "MetricName",
  "MetricDescription",
  "MetricUnit",
  "Attributes",
  "StartTimeUnix",
  "TimeUnix",
];

const EXEMPLAR_COLUMNS = [
  "Exemplars.FilteredAttributes",
  "Exemplars.TimeUnix",
  "Exemplars.Value",
  "Exemplars.SpanId",
  "Exemplars.TraceId",
];

const EXTREME_COLUMNS = ["Flags", "Min", "Max", "AggregationTemporality"];

const GAUGE_COLUMNS = [...POINT_COLUMNS, "Value", "Flags", ...EXEMPLAR_COLUMNS];

const HISTOGRAM_COLUMNS = [
  ...POINT_COLUMNS,
  "Count",
  "Sum",
  "BucketCounts",
  "ExplicitBounds",
  ...EXEMPLAR_COLUMNS,
  ...EXTREME_COLUMNS,
];

const EXPONENTIAL_HISTOGRAM_COLUMNS = [
  ...POINT_COLUMNS,
  "Count",
  "Sum",
  "Scale",
  "ZeroCount",
  "PositiveOffset",
  "PositiveBucketCounts",
  "NegativeOffset",
  "NegativeBucketCounts",
  ...EXEMPLAR_COLUMNS,
  ...EXTREME_COLUMNS,
];

const SUMMARY_COLUMNS = [
  ...POINT_COLUMNS,
  "Count",
  "Sum",
  "ValueAtQuantiles.Quantile",
  "ValueAtQuantiles.Value",
  "Flags",
];

export const STREAMS: Readonly<Record<StreamName, Stream>> = {
  requests: {
    ...requests(ROW_VERSION, SPOOLED_COLUMNS),
    rowVersion: ROW_VERSION,
    layouts: new Map(
      [...COLUMNS_BY_VERSION].map(([version, columns]) => [version, requests(version, columns)]),
    ),
  },
  spans: signal("otel_spans", SPAN_COLUMNS),
  logs: signal("otel_logs", LOG_COLUMNS),
  gauge: signal("otel_metrics_gauge", GAUGE_COLUMNS),
  sum: signal("otel_metrics_sum", [...GAUGE_COLUMNS, "AggregationTemporality", "IsMonotonic"]),
  histogram: signal("otel_metrics_histogram", HISTOGRAM_COLUMNS),
  exponential_histogram: signal(
    "otel_metrics_exponential_histogram",
    EXPONENTIAL_HISTOGRAM_COLUMNS,
  ),
  summary: signal("otel_metrics_summary", SUMMARY_COLUMNS),
};

/** A line's words cost less to read as plain strings; row groups have them as the table has. */
function requests(version: number, columns: readonly string[]): RowLayout {
  return version <= LAST_LINES_VERSION
    ? { table: "requests_intake", format: "lines", columns, maxPieceBytes: MAX_ROW_BYTES }
    : { table: "requests", format: "groups", columns, maxPieceBytes: MAX_GROUP_BYTES };
}

function signal(table: string, columns: readonly string[]): Stream {
  const layout = { table, format: "lines", columns, maxPieceBytes: MAX_SIGNAL_BYTES } as const;
  return { ...layout, rowVersion: 1, layouts: new Map([[1, layout]]) };
}
