// GET /api/v1/logs and /api/v1/logs/lines/{id}: access rows and services' log lines in one list, and one line whole.
import { z } from "zod";
import type { Row } from "../../../store/answer.ts";
import { listLines, readLine } from "../../../store/logs/list-lines.ts";
import { LINE_SOURCES, SEVERITIES } from "../../../store/logs/log-source.ts";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { count, json, NONE, time } from "../../http/schemas.ts";
import type { Questions } from "../../questions.ts";
import { isoTime } from "../../times.ts";
import { lineName } from "./line-name.ts";
import { logQuery, questionOf } from "./log-query.ts";

const lineSchema = z.strictObject({
  id: z.string().meta({ description: "service: of /api/v1/logs/lines/{id}; access: TRACE.SPAN" }),
  time,
  source: z.enum(LINE_SOURCES),
  service: z.string(),
  route: z.string(),
  severity: z.enum(SEVERITIES),
  text: z.string().meta({ description: "Its first 2,000 characters" }),
  text_bytes: count.meta({ description: "Of the whole text" }),
  trace_id: z.string(),
  span_id: z.string(),
});

const pageSchema = z.strictObject({
  lines: z.array(lineSchema),
  next: z.string().nullable().meta({ description: "`before` of the next, older page" }),
});

const attributes = z.record(z.string(), z.string());

const wholeSchema = lineSchema.omit({ source: true, route: true, text_bytes: true }).extend({
  text: z.string(),
  severity_text: z.string().meta({ description: "As its service said it" }),
  event: z.string(),
  scope: z.string(),
  attributes,
  resource: attributes,
  scope_attributes: attributes,
});

export function linesEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/logs",
    summary: "Log lines of services and weir's access rows together, newest first",
    parameters: NONE,
    query: logQuery.extend({
      limit: z
        .string()
        .regex(/^\d{1,4}$/, "must be a whole number")
        .transform(Number)
        .refine((lines) => lines >= 1 && lines <= 1000, "must be 1 to 1000")
        .default(100),
      before: z.string().max(256).optional().meta({ description: "`next` of the page before" }),
    }),
    body: null,
    answer: json("A page of lines", pageSchema),
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async ({ query }) => {
      const { limit, before } = query;
      const question = questionOf(query, Date.now());
      const page = { limit, ...(before === undefined ? {} : { before }) };
      const { rows, next } = await ask((store) => listLines(store, question, page));
      return { kind: "json", body: { lines: rows.map(listed), next } };
    },
  });
}

function listed(row: Row): Row {
  const id = row["source"] === "service" ? lineName(row) : row["id"];
  return { ...row, id, time: isoTime(row["time"]) };
}

export function lineEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/logs/lines/{id}",
    summary: "One log line of a service, whole",
    parameters: z.strictObject({ id: z.string().max(128) }),
    query: NONE,
    body: null,
    answer: json("The line", wholeSchema),
    problems: ["unknown_line", "store_unavailable", "busy", "query_timeout"],
    handle: async ({ path: { id } }) => {
      const row = await ask((store) => readLine(store, id));
      if (row === null) {
        throw new Problem("unknown_line", "it is not stored yet, no longer, or never was");
      }
      return { kind: "json", body: wholeLine(row, id) };
    },
  });
}

/** A row of otel_logs, which has the Collector's names, by the names the API uses. */
function wholeLine(row: Row, id: string): Record<keyof z.output<typeof wholeSchema>, unknown> {
  return {
    id,
    time: isoTime(row["Timestamp"]),
    service: row["ServiceName"],
    severity: row["severity"],
    severity_text: row["SeverityText"],
    text: row["Body"],
    trace_id: row["TraceId"],
    span_id: row["SpanId"],
    event: row["EventName"],
    scope: row["ScopeName"],
    attributes: row["LogAttributes"],
    resource: row["ResourceAttributes"],
    scope_attributes: row["ScopeAttributes"],
  };
}
