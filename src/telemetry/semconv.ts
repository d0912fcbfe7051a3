// A request row as spans: names, attributes and status by OpenTelemetry's stable HTTP conventions.
// View otel_traces (collector/schema) says the same of the same row; change both together.
import { numberOf, type SpooledRow, textOf } from "./groups/spooled-row.ts";
import { attemptSpanId } from "./span-ids.ts";

type SpanAttributes = Record<string, string | number>;

/** One span, not yet in any SDK's shape. Times are nanoseconds; `startedNs` counts from the row's. */
export interface SpanFacts {
  readonly kind: "server" | "client";
  readonly spanId: string;
  readonly name: string;
  readonly startedNs: number;
  readonly durationNs: number;
  readonly attributes: SpanAttributes;
  readonly error: boolean;
}

/** The methods the conventions know (RFC 9110 and PATCH); any other is "_OTHER". */
const METHODS: ReadonlySet<string> = new Set(
  "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE".split(" "),
);
const OTHER = "_OTHER";
/** Sources of errors that make a server's span one; a client's own fault does not. */
const OURS: ReadonlySet<string> = new Set(["weir", "upstream"]);
/** What the request row adds under our own prefix, where it says something. */
const OWN_COLUMNS = [
  "service",
  "upstream",
  "picker",
  "principal",
  "auth_method",
  "auth_outcome",
  "decision",
  "rule",
  "rule_source",
  "policy_revision",
  "shadow_decision",
  "shadow_rule",
  "shadow_rule_source",
  "shadow_revision",
  "error_code",
  "error_source",
] as const;

/** The spans of a row: its SERVER span first, then a CLIENT span for each attempt. */
export function spansOf(row: SpooledRow): SpanFacts[] {
  const attempts = row.list("attempt_upstream");
  return [serverSpan(row), ...attempts.map((_, index) => clientSpan(row, index))];
}

/** "{method} {route}", the method alone, or "HTTP" for an unknown one; the kind for other protocols. */
function spanName(row: SpooledRow, route: string): string {
  const kind = row.text("kind");
  const method = METHODS.has(row.text("method")) ? row.text("method") : "HTTP";
  const subject = kind === "http" || kind === "websocket" ? method : kind;
  return route === "" ? subject : `${subject} ${route}`;
}

function serverSpan(row: SpooledRow): SpanFacts {
  const status = row.number("status");
  const host = hostOf(`${row.text("scheme")}://${row.text("host")}`);
  const code = row.text("error_code");
  const error = status >= 500 || status === 0 || OURS.has(row.text("error_source"));
  const attributes: Record<string, string | number> = {
    ...methodOf(row),
    "url.scheme": row.text("scheme"),
    "url.path": row.text("path"),
    "url.query": row.text("query"),
    "http.route": row.text("route"),
    "http.response.status_code": status,
    "network.protocol.version": row.text("http_version"),
    "server.address": host.address,
    "server.port": host.port,
    "client.address": row.text("client_address"),
    "user_agent.original": row.text("user_agent"),
    "error.type": error ? code || String(status || OTHER) : "",
  };
  for (const column of OWN_COLUMNS) attributes[`weir.${column}`] = row.text(column);
  return {
    kind: "server",
    spanId: row.text("span_id"),
    name: spanName(row, row.text("route")),
    startedNs: 0,
    durationNs: row.number("duration_ns"),
    attributes: withoutEmpty({ ...attributes, ...row.map("attributes") }),
    error,
  };
}

function clientSpan(row: SpooledRow, index: number): SpanFacts {
  const upstream = textOf(row.list("attempt_upstream")[index]);
  const status = numberOf(row.list("attempt_status")[index]);
  const code = textOf(row.list("attempt_error")[index]);
  const host = hostOf(upstream);
  const query = row.text("query");
  const path = row.map("attributes")["weir.upstream_path"] ?? row.text("path");
  const attributes = {
    ...methodOf(row),
    "url.full": host.origin && host.origin + path + (query && `?${query}`),
    "http.response.status_code": status,
    "http.request.resend_count": index,
    "server.address": host.address || upstream,
    "server.port": host.port,
    "error.type": code || (status >= 400 ? String(status) : ""),
    "weir.service": row.text("service"),
    "weir.upstream": host.origin || upstream,
  };
  return {
    kind: "client",
    spanId:
      // Only of a former version.
      textOf(row.list("attempt_span_id_kept")[index]) || attemptSpanId(row.text("span_id"), index),
    name: spanName(row, ""),
    startedNs: numberOf(row.list("attempt_started_ns")[index]),
    durationNs: numberOf(row.list("attempt_duration_ns")[index]),
    attributes: withoutEmpty(attributes),
    error: status >= 400 || code !== "",
  };
}

function methodOf(row: SpooledRow): SpanAttributes {
  const method = row.text("method");
  if (METHODS.has(method)) return { "http.request.method": method };
  if (method === "") return {};
  return { "http.request.method": OTHER, "http.request.method_original": method };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };
const ORIGIN = /^([a-z]+):\/\/(?:[^/@]*@)?([^/?#]+)/;

/** Where a URL points to; all empty where the text is none. User and password never leave. */
function hostOf(text: string): { address: string; port: number; origin: string } {
  const [, scheme = "", authority = ""] = ORIGIN.exec(text) ?? [];
  if (authority === "") return { address: "", port: 0, origin: "" };
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? 0) || (DEFAULT_PORTS[scheme] ?? 0);
  const address = authority.replace(/:\d*$/, "").replace(/^\[|\]$/g, "");
  return { address, port, origin: `${scheme}://${authority}` };
}

/** Empty text and zero say nothing here: no status, no port, not a resend. */
function withoutEmpty(attributes: SpanAttributes): SpanAttributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== "" && value !== 0),
  );
}
