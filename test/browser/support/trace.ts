// A canned trace: orders (second endpoint tried) calls payments and catalogue through weir.
import { createRandom, requestRow, type Row } from "./request-rows.ts";

export const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
export const ROOT_SPAN = "00f067aa0ba902b7";
export const PAYMENT_SPAN = "53995c3f42cd8ad8";

interface Trace {
  trace_id: string;
  requests: Row[];
  spans: Record<string, unknown>[];
  logs: Record<string, unknown>[];
}

export function cannedTrace(endMs: number): Trace {
  const startMs = endMs - 90_000;
  const at = (offsetMs: number): string => new Date(startMs + offsetMs).toISOString();
  const template = requestRow(createRandom(7), startMs);
  const request = (changes: Record<string, unknown>): Row => ({
    ...template,
    trace_id: TRACE_ID,
    decision: "allow",
    status: 200,
    error_code: "",
    error_source: "",
    ...changes,
  });
  return {
    trace_id: TRACE_ID,
    requests: [
      request({ span_id: ROOT_SPAN, started_at: at(0), ...ordersAttempts() }),
      request({
        span_id: PAYMENT_SPAN,
        parent_span_id: "b7ad6b7169203331",
        started_at: at(41),
        ...single("payments", "http://127.0.0.1:4101", {
          span: "00f1",
          ms: 96,
          path: "/payments/charge",
        }),
      }),
      request({
        span_id: "c1b7ad6b71692033",
        parent_span_id: "b7ad6b7169203331",
        started_at: at(146),
        ...single("catalogue", "http://127.0.0.1:4202", {
          span: "00f2",
          ms: 22,
          path: "/catalogue/books/9780262033848",
        }),
      }),
    ],
    spans: [
      span("b7ad6b7169203331", "a2fb4a1d1a96d312", "POST /orders", {
        service: "orders",
        startedAt: at(38),
        ms: 138,
      }),
      span("1111aaaa2222bbbb", "b7ad6b7169203331", "validate basket", {
        service: "orders",
        startedAt: at(38.4),
        ms: 2,
      }),
      span("3333aaaa2222bbbb", "00f1000000000000", "charge card", {
        service: "payments",
        startedAt: at(46),
        ms: 84,
      }),
      span("4444aaaa2222bbbb", "3333aaaa2222bbbb", "INSERT charges", {
        service: "payments",
        startedAt: at(60),
        ms: 61,
      }),
      span("5555aaaa2222bbbb", "00f2000000000000", "GET /catalogue/books/:isbn", {
        service: "catalogue",
        startedAt: at(148),
        ms: 18,
      }),
    ],
    logs: [
      {
        id: `${at(50)}~00000000000000a1`,
        time: at(50),
        service: "payments",
        severity: "warn",
        text: "card 4242 was charged twice before",
        span_id: "3333aaaa2222bbbb",
      },
      {
        id: `${at(60)}~00000000000000a2`,
        time: at(60),
        service: "payments",
        severity: "info",
        text: "no span of its own",
        span_id: "",
      },
    ],
  };
}

function ordersAttempts(): Record<string, unknown> {
  return {
    method: "POST",
    path: "/orders",
    route: "orders",
    service: "orders",
    principal: "shop-frontend",
    principal_kind: "key",
    policy_request: ["shop-frontend", "/orders", "POST"],
    rule: "p, clerk, /orders/*, *, allow",
    rule_source: "policies/policy.csv:6",
    role_path: ["shop-frontend", "clerk"],
    shadow_decision: "deny",
    shadow_revision: "p-91c0de",
    status: 201,
    duration_ns: 184_300_000,
    upstream: "http://127.0.0.1:4001",
    picker: "adaptive",
    candidates: ["http://127.0.0.1:4003", "http://127.0.0.1:4001", "http://127.0.0.1:4002"],
    candidate_scores: [4.1e6, 9.7e6, 22.4e6],
    candidate_inflight: [0, 2, 5],
    attempt_upstream: ["http://127.0.0.1:4003", "http://127.0.0.1:4001"],
    attempt_span_id: ["a1fb4a1d1a96d311", "a2fb4a1d1a96d312"],
    attempt_started_ns: [120_000, 34_900_000],
    attempt_duration_ns: [34_600_000, 148_700_000],
    attempt_status: [0, 201],
    attempt_error: ["upstream_unreachable", ""],
    identify_ns: 18_400,
    authorize_ns: 41_200,
    balance_ns: 7_800,
    queue_ns: 0,
    connect_ns: 412_000,
    upstream_first_byte_ns: 141_200_000,
    upstream_ns: 148_700_000,
  };
}

interface Single {
  span: string;
  ms: number;
  path: string;
}

function single(service: string, upstream: string, of: Single): Record<string, unknown> {
  const durationNs = of.ms * 1e6;
  return {
    method: service === "payments" ? "POST" : "GET",
    path: of.path,
    route: service,
    service,
    principal: "orders",
    principal_kind: "key",
    roles: ["service"],
    duration_ns: durationNs,
    upstream,
    candidates: [upstream],
    candidate_scores: [3.2e6],
    candidate_inflight: [1],
    attempt_upstream: [upstream],
    attempt_span_id: [`${of.span}000000000000`],
    attempt_started_ns: [80_000],
    attempt_duration_ns: [durationNs - 100_000],
    attempt_status: [200],
    attempt_error: [""],
    identify_ns: 12_000,
    authorize_ns: 30_000,
    balance_ns: 4000,
    queue_ns: 0,
    connect_ns: 0,
    upstream_first_byte_ns: durationNs * 0.9,
    upstream_ns: durationNs - 100_000,
  };
}

interface SpanOf {
  service: string;
  startedAt: string;
  ms: number;
}

function span(
  ...[id, parent, name, of]: [string, string, string, SpanOf]
): Record<string, unknown> {
  return {
    span_id: id,
    parent_span_id: parent,
    name,
    kind: "Server",
    service: of.service,
    started_at: of.startedAt,
    duration_ns: of.ms * 1e6,
    status: "Unset",
    status_message: "",
    attributes: { "rpc.method": "charge" },
    resource: { "host.name": "a1" },
  };
}
