// The streams of the spool: request rows, and what services send by OTLP. Each has a folder, a journal and a drain of its own.
import { COLUMNS_BY_VERSION, REQUEST_COLUMNS, ROW_VERSION } from "./columns.ts";
import { MAX_ROW_BYTES } from "./row-encoder.ts";

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

export interface Stream {
  /** Where its rows are sent. */
  readonly table: string;
  /** Of the lines that are written now; segments carry it, so old ones still drain. */
  readonly rowVersion: number;
  /** What stands in such a line, in this order. */
  readonly columns: readonly string[];
  /** The same for each version that a segment may still hold. */
  readonly columnsByVersion: ReadonlyMap<number, readonly string[]>;
  /** The end of a longer line is not waited for. */
  readonly maxLineBytes: number;
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
    table: "requests_intake",
    rowVersion: ROW_VERSION,
    columns: REQUEST_COLUMNS,
    columnsByVersion: COLUMNS_BY_VERSION,
    maxLineBytes: MAX_ROW_BYTES,
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

function signal(table: string, columns: readonly string[]): Stream {
  return {
    table,
    rowVersion: 1,
    columns,
    columnsByVersion: new Map([[1, columns]]),
    maxLineBytes: MAX_SIGNAL_BYTES,
  };
}
