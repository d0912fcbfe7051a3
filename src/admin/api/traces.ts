// GET /api/v1/traces/{id}: all that is known of one trace, weir's requests and the services' spans.
import { z } from "zod";
import type { Row } from "../../store/answer.ts";
import { linesOfTrace } from "../../store/logs/trace-lines.ts";
import { SEVERITIES } from "../../store/logs/log-source.ts";
import { readTrace } from "../../store/requests.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { json, nanoseconds, NONE, row, time } from "../http/schemas.ts";
import type { Questions } from "../questions.ts";
import { isoTime, withIsoTimes } from "../times.ts";
import { lineName } from "./logs/line-name.ts";

const spanSchema = z.strictObject({
  span_id: z.string(),
  parent_span_id: z.string(),
  name: z.string(),
  kind: z.string(),
  service: z.string(),
  started_at: time,
  duration_ns: nanoseconds,
  status: z.string(),
  status_message: z.string(),
  attributes: z.record(z.string(), z.string()),
  resource: z.record(z.string(), z.string()),
});

const lineSchema = z.strictObject({
  id: z.string().meta({ description: "Of /api/v1/logs/lines/{id}" }),
  time,
  service: z.string(),
  severity: z.enum(SEVERITIES),
  text: z.string().meta({ description: "Its first 2,000 characters" }),
  span_id: z.string(),
});

const traceSchema = z.strictObject({
  trace_id: z.string(),
  requests: z.array(row).meta({ description: "Whole request rows, oldest first" }),
  spans: z
    .array(spanSchema)
    .meta({ description: "Spans that services sent by OTLP, oldest first" }),
  logs: z.array(lineSchema).meta({ description: "Lines that services logged, oldest first" }),
  truncated: z.boolean().meta({ description: "There are more spans than are sent" }),
});

export function traceEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/traces/{id}",
    summary: "One trace",
    parameters: z.strictObject({
      id: z
        .string()
        .regex(/^[0-9a-f]{32}$/i, "must be 32 hexadecimal digits")
        .toLowerCase(),
    }),
    query: NONE,
    body: null,
    answer: json("The trace", traceSchema),
    problems: ["unknown_trace", "store_unavailable", "busy", "query_timeout"],
    handle: async ({ path: { id } }) => {
      const [{ requests, spans, truncated }, logs] = await ask((store) =>
        Promise.all([readTrace(store, id), linesOfTrace(store, id)]),
      );
      if (requests.length + spans.length + logs.length === 0) {
        throw new Problem("unknown_trace", "it is not stored yet, no longer, or never was");
      }
      const body = {
        trace_id: id,
        requests: withIsoTimes(requests, ["started_at"]),
        spans: spans.map(spanOf),
        logs: logs.map(lineOf),
        truncated,
      };
      return { kind: "json", body };
    },
  });
}

function lineOf(row: Row): Row {
  const at = isoTime(row["time"]);
  return { ...row, id: lineName(row), time: at };
}

/** A row of otel_spans, which has the Collector's names, by the names the API uses. */
function spanOf(row: Row): Record<keyof z.output<typeof spanSchema>, unknown> {
  return {
    span_id: row["SpanId"],
    parent_span_id: row["ParentSpanId"],
    name: row["SpanName"],
    kind: row["SpanKind"],
    service: row["ServiceName"],
    started_at: isoTime(row["Timestamp"]),
    duration_ns: row["Duration"],
    status: row["StatusCode"],
    status_message: row["StatusMessage"],
    attributes: row["SpanAttributes"],
    resource: row["ResourceAttributes"],
  };
}
