// OTLP's messages as tables (opentelemetry-proto 1.x): the number, name in JSON and kind of each field that is read.
import { Message } from "./message.ts";

export const ANY_VALUE: Message = new Message(() => ({
  stringValue: [1, "string"],
  boolValue: [2, "bool"],
  intValue: [3, "int64"],
  doubleValue: [4, "double"],
  arrayValue: [5, ARRAY_VALUE],
  kvlistValue: [6, KEY_VALUE_LIST],
  bytesValue: [7, "bytes"],
}));

const ARRAY_VALUE: Message = new Message(() => ({ values: [1, ANY_VALUE, "repeated"] }));

export const KEY_VALUE: Message = new Message(() => ({
  key: [1, "string"],
  value: [2, ANY_VALUE],
}));

const KEY_VALUE_LIST: Message = new Message(() => ({ values: [1, KEY_VALUE, "repeated"] }));

export const RESOURCE = new Message(() => ({ attributes: [1, KEY_VALUE, "repeated"] }));

export const SCOPE = new Message(() => ({
  name: [1, "string"],
  version: [2, "string"],
  attributes: [3, KEY_VALUE, "repeated"],
  droppedAttributesCount: [4, "uint32"],
}));

const STATUS = new Message(() => ({ message: [2, "string"], code: [3, "uint32"] }));

export const EVENT = new Message(() => ({
  timeUnixNano: [1, "fixed64"],
  name: [2, "string"],
  attributes: [3, KEY_VALUE, "repeated"],
}));

export const LINK = new Message(() => ({
  traceId: [1, "id"],
  spanId: [2, "id"],
  traceState: [3, "string"],
  attributes: [4, KEY_VALUE, "repeated"],
}));

export const SPAN = new Message(() => ({
  traceId: [1, "id"],
  spanId: [2, "id"],
  traceState: [3, "string"],
  parentSpanId: [4, "id"],
  name: [5, "string"],
  kind: [6, "uint32"],
  startTimeUnixNano: [7, "fixed64"],
  endTimeUnixNano: [8, "fixed64"],
  attributes: [9, KEY_VALUE, "repeated"],
  events: [11, EVENT, "repeated"],
  links: [13, LINK, "repeated"],
  status: [15, STATUS],
}));

export const SPAN_STATUS = STATUS;

export const LOG_RECORD = new Message(() => ({
  timeUnixNano: [1, "fixed64"],
  severityNumber: [2, "uint32"],
  severityText: [3, "string"],
  body: [5, ANY_VALUE],
  attributes: [6, KEY_VALUE, "repeated"],
  flags: [8, "fixed32"],
  traceId: [9, "id"],
  spanId: [10, "id"],
  observedTimeUnixNano: [11, "fixed64"],
  eventName: [12, "string"],
}));

export const EXEMPLAR = new Message(() => ({
  timeUnixNano: [2, "fixed64"],
  asDouble: [3, "double"],
  spanId: [4, "id"],
  traceId: [5, "id"],
  asInt: [6, "sfixed64"],
  filteredAttributes: [7, KEY_VALUE, "repeated"],
}));

export const NUMBER_POINT = new Message(() => ({
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  asDouble: [4, "double"],
  exemplars: [5, EXEMPLAR, "repeated"],
  asInt: [6, "sfixed64"],
  attributes: [7, KEY_VALUE, "repeated"],
  flags: [8, "uint32"],
}));

export const HISTOGRAM_POINT = new Message(() => ({
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  count: [4, "fixed64"],
  sum: [5, "double"],
  bucketCounts: [6, "fixed64", "repeated"],
  explicitBounds: [7, "double", "repeated"],
  exemplars: [8, EXEMPLAR, "repeated"],
  attributes: [9, KEY_VALUE, "repeated"],
  flags: [10, "uint32"],
  min: [11, "double"],
  max: [12, "double"],
}));

export const BUCKETS = new Message(() => ({
  offset: [1, "sint32"],
  bucketCounts: [2, "uint64", "repeated"],
}));

export const EXPONENTIAL_POINT = new Message(() => ({
  attributes: [1, KEY_VALUE, "repeated"],
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  count: [4, "fixed64"],
  sum: [5, "double"],
  scale: [6, "sint32"],
  zeroCount: [7, "fixed64"],
  positive: [8, BUCKETS],
  negative: [9, BUCKETS],
  flags: [10, "uint32"],
  exemplars: [11, EXEMPLAR, "repeated"],
  min: [12, "double"],
  max: [13, "double"],
}));

export const QUANTILE = new Message(() => ({ quantile: [1, "double"], value: [2, "double"] }));

export const SUMMARY_POINT = new Message(() => ({
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  count: [4, "fixed64"],
  sum: [5, "double"],
  quantileValues: [6, QUANTILE, "repeated"],
  attributes: [7, KEY_VALUE, "repeated"],
  flags: [8, "uint32"],
}));

/** Of all five kinds of metric: each has points, and those that a kind lacks are never sent with it. */
function metricData(point: Message): Message {
  return new Message(() => ({
    dataPoints: [1, point, "repeated"],
    aggregationTemporality: [2, "uint32"],
    isMonotonic: [3, "bool"],
  }));
}

export const METRIC_DATA = {
  gauge: metricData(NUMBER_POINT),
  sum: metricData(NUMBER_POINT),
  histogram: metricData(HISTOGRAM_POINT),
  exponentialHistogram: metricData(EXPONENTIAL_POINT),
  summary: metricData(SUMMARY_POINT),
} as const;

export const METRIC = new Message(() => ({
  name: [1, "string"],
  description: [2, "string"],
  unit: [3, "string"],
  gauge: [5, METRIC_DATA.gauge],
  sum: [7, METRIC_DATA.sum],
  histogram: [9, METRIC_DATA.histogram],
  exponentialHistogram: [10, METRIC_DATA.exponentialHistogram],
  summary: [11, METRIC_DATA.summary],
}));

/** An export request: what is told of by scope, the scopes by resource; alike in all signals but for the names in JSON. */
export interface Envelope {
  readonly request: Message;
  readonly byResource: Message;
  readonly byScope: Message;
}

function envelope(names: Readonly<Record<keyof Envelope, string>>, item: Message): Envelope {
  const byScope: Message = new Message(() => ({
    scope: [1, SCOPE],
    [names.byScope]: [2, item, "repeated"],
    schemaUrl: [3, "string"],
  }));
  const byResource: Message = new Message(() => ({
    resource: [1, RESOURCE],
    [names.byResource]: [2, byScope, "repeated"],
    schemaUrl: [3, "string"],
  }));
  const request = new Message(() => ({ [names.request]: [1, byResource, "repeated"] }));
  return { request, byResource, byScope };
}

/** The name of each level's list. */
export const TRACES = envelope(
  { request: "resourceSpans", byResource: "scopeSpans", byScope: "spans" },
  SPAN,
);
export const LOGS = envelope(
  { request: "resourceLogs", byResource: "scopeLogs", byScope: "logRecords" },
  LOG_RECORD,
);
export const METRICS = envelope(
  { request: "resourceMetrics", byResource: "scopeMetrics", byScope: "metrics" },
  METRIC,
);
