// A trace across two services through weir: orders is tried twice, then calls payments.
import type { ServiceSpan, Trace } from "../../../src/cli/trace-rows.ts";
import { REQUEST_COLUMNS, typeOf, type RequestRow } from "../../../src/telemetry/columns.ts";

export const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

function nothingOf(type: string): unknown {
  if (type.startsWith("Array")) return [];
  if (type.startsWith("Map")) return {};
  if (type === "Bool") return false;
  return type.startsWith("UInt") ? 0 : "";
}

const BASE: RequestRow = {
  ...(Object.fromEntries(
    REQUEST_COLUMNS.map((name) => [name, nothingOf(typeOf(name))]),
  ) as RequestRow),

  started_at: "2026-11-21T21:40:00.000000000Z",
  span_id: "00f067aa0ba902b7",
  parent_span_id: "",
  method: "POST",
  path: "/orders",
  route: "orders",
  service: "orders",
  principal: "shop",
  principal_kind: "key",
  roles: ["role:clerk"],
  auth_outcome: "ok",
  client_address: "127.0.0.1",
  decision: "allow",
  rule: "p, role:clerk, /orders, POST",
  rule_source: "policies/policy.csv:6",
  policy_revision: "3f2a11aa90bc",
  policy_request: ["shop", "/orders", "POST"],
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
  duration_ns: 184_300_000,
  identify_ns: 18_400,
  authorize_ns: 41_200,
  balance_ns: 7800,
  queue_ns: 0,
  connect_ns: 412_000,
  upstream_first_byte_ns: 141_200_000,
  status: 201,
  completed: true,
  error_code: "",
  error_source: "",
};

export function traceRow(changes: Partial<RequestRow> = {}): RequestRow {
  return { ...BASE, ...changes };
}

export function serviceSpan(changes: Partial<ServiceSpan>): ServiceSpan {
  return {
    span_id: "b7ad6b7169203331",
    parent_span_id: "a2fb4a1d1a96d312",
    name: "POST /orders",
    service: "orders",
    started_at: "2026-11-21T21:40:00.038000000Z",
    duration_ns: 138_000_000,
    status: "Ok",
    ...changes,
  };
}

export const PAYMENT = traceRow({
  started_at: "2026-11-21T21:40:00.041000500Z",
  span_id: "53995c3f42cd8ad8",
  parent_span_id: "b7ad6b7169203331",
  path: "/payments/charge",
  route: "payments",
  service: "payments",
  principal: "orders",
  roles: [],
  policy_request: ["orders", "/payments/charge", "POST"],
  upstream: "http://127.0.0.1:4101",
  picker: "least-connections",
  candidates: ["http://127.0.0.1:4101"],
  candidate_scores: [0],
  candidate_inflight: [1],
  attempt_upstream: ["http://127.0.0.1:4101"],
  attempt_span_id: ["00f1000000000000"],
  attempt_started_ns: [90_000],
  attempt_duration_ns: [95_000_000],
  attempt_status: [200],
  attempt_error: [""],
  duration_ns: 96_000_000,
  upstream_first_byte_ns: 90_000_000,
  status: 200,
});

export const TRACE: Trace = {
  trace_id: TRACE_ID,
  requests: [traceRow(), PAYMENT],
  logs: [],
  spans: [
    serviceSpan({}),
    serviceSpan({
      span_id: "3333aaaa2222bbbb",
      parent_span_id: "00f1000000000000",
      name: "charge card",
      service: "payments",
      started_at: "2026-11-21T21:40:00.046Z",
      duration_ns: 84_000_000,
      status: "Error",
    }),
  ],
};
