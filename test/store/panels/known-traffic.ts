// Rows whose answers to every panel are known: an hour of traffic, a day before it, and some oddities in the hour after.
import { batch, line, timestamp } from "../support.ts";
import type { Batch } from "../../../src/telemetry/sink.ts";

const [A, B] = ["http://a:1", "http://b:2"] as const;
const MS = 1_000_000;

type Values = Parameters<typeof line>[0];

/** An attempt as [upstream, status, error, milliseconds]. */
type Attempt = readonly [upstream: string, status: number, error: string, ms: number];

function attempts(...all: readonly Attempt[]): Values {
  return {
    attempt_upstream: all.map(([upstream]) => upstream),
    attempt_status: all.map(([, status]) => status),
    attempt_error: all.map(([, , error]) => error),
    attempt_duration_ns: all.map(([, , , ms]) => ms * MS),
    attempt_span_id: all.map((_, at) => `a${at}`),
    attempt_started_ns: all.map(() => 0),
    upstream: all.at(-1)?.[0] ?? "",
  };
}

const TRAFFIC: Values = {
  kind: "http",
  service: "shop",
  route: "orders",
  scheme: "https",
  http_version: "1.1",
  tls_version: "1.3",
  method: "GET",
  instance: "i1",
  client_address: "192.0.2.1",
  auth_method: "key",
  auth_outcome: "ok",
  principal: "alice",
  principal_kind: "key",
  decision: "allow",
  rule: "p, staff, /orders/*, GET",
  rule_source: "policy.csv:3",
  policy_revision: "p1",
  status: 200,
};
const WEIGHED: Values = {
  candidates: [A, B],
  candidate_scores: [1, 3],
  candidate_inflight: [2, 0],
  picker: "adaptive",
};
const FINE: Values = {
  ...TRAFFIC,
  ...WEIGHED,
  ...attempts([A, 200, "", 9]),
  duration_ns: 10 * MS,
  upstream_first_byte_ns: 8 * MS,
};
const RETRIED: Values = {
  ...TRAFFIC,
  ...WEIGHED,
  ...attempts([A, 0, "connect_refused", 1], [B, 200, "", 30]),
  principal: "bob",
  policy_revision: "p2",
  duration_ns: 40 * MS,
};
const LOST: Values = {
  ...TRAFFIC,
  ...attempts([A, 0, "connect_refused", 1], [B, 0, "reset", 2]),
  candidates: [B],
  candidate_scores: [2],
  candidate_inflight: [1],
  status: 502,
  error_code: "upstream_reset",
  error_source: "upstream",
  policy_revision: "p2",
  duration_ns: 5 * MS,
};
const DENIED: Values = {
  ...TRAFFIC,
  route: "admin",
  method: "DELETE",
  path: "/admin/users/17",
  instance: "i2",
  worker: 1,
  principal: "mallory",
  principal_kind: "token",
  auth_method: "token",
  issuer: "https://issuer",
  decision: "deny",
  rule: "p, guest, /admin/*, *, deny",
  rule_source: "policy.csv:9",
  policy_revision: "p2",
  status: 403,
  error_code: "forbidden",
  error_source: "weir",
  duration_ns: MS,
};
const STRANGER: Values = {
  ...TRAFFIC,
  principal: "",
  principal_kind: "anonymous",
  auth_outcome: "invalid_key",
  client_address: "198.51.100.7",
  path: "/orders/1",
  decision: "none",
  rule: "",
  policy_revision: "",
  status: 401,
  error_code: "unauthenticated",
  error_source: "client",
  duration_ns: MS,
};
const SLOW: Values = {
  ...TRAFFIC,
  ...attempts([B, 500, "", 1_990]),
  path: "/reports/2026",
  status: 500,
  error_source: "upstream",
  policy_revision: "p2",
  duration_ns: 2_000 * MS,
  connect_ns: 50 * MS,
  upstream_first_byte_ns: 1_900 * MS,
};
const RELOADED: Values = {
  kind: "audit",
  route: "audit",
  instance: "i1",
  decision: "none",
  status: 200,
  attributes: {
    "audit.action": "reload",
    "audit.cause": "files",
    "audit.before": "c1",
    "audit.after": "c2",
    "audit.changed": "policy",
  },
};
const REFUSED: Values = {
  ...RELOADED,
  status: 500,
  error_code: "reload_refused",
  attributes: { "audit.action": "reload", "audit.fault": "weir.yaml:3: workers: must be" },
};
const MALFORMED: Values = {
  kind: "http",
  instance: "i1",
  client_address: "203.0.113.9",
  decision: "none",
  status: 400,
  error_code: "malformed_request",
  error_source: "client",
  fault: "a bare LF",
};
const FIRED: Values = {
  ...RELOADED,
  attributes: {
    "audit.action": "alert_firing",
    "audit.alert": "route-errors",
    "audit.alert_id": "a1",
    "audit.severity": "page",
    "audit.value": "0.12",
  },
};
const ENDED: Values = {
  ...FIRED,
  attributes: {
    "audit.action": "alert_resolved",
    "audit.alert": "route-errors",
    "audit.alert_id": "a1",
  },
};
const ASKED: Values = { ...DENIED, kind: "decision", service: "", route: "authzen" };

/** Seconds from the window's beginning, and how many, a second apart. */
const ROWS: readonly (readonly [second: number, count: number, values: Values])[] = [
  [-86_400, 1, { ...FINE, path: "/orders/12" }],
  [-86_300, 1, { ...FINE, principal: "carol", path: "/orders/13" }],
  [60, 6, { ...FINE, path: "/orders/1001" }],
  [120, 2, { ...RETRIED, path: "/orders/5" }],
  [180, 1, { ...LOST, path: "/orders/6" }],
  [240, 3, DENIED],
  [300, 4, STRANGER],
  [310, 1, { ...STRANGER, auth_method: "token", auth_outcome: "expired", client_address: "::9" }],
  [360, 1, SLOW],
  [400, 1, RELOADED],
  [410, 1, REFUSED],
  [420, 1, ASKED],
  // The hour after.
  [3_660, 1, MALFORMED],
  [3_670, 1, { ...MALFORMED, fault: "a space in a name" }],
  [3_680, 1, FIRED],
  [3_690, 1, ENDED],
];

/** The same whole hour for every row: what is known of it does not hang on when it is asked. */
export function knownTraffic(fromMs: number): Batch {
  const lines = ROWS.flatMap(([second, count, values], group) =>
    Array.from({ length: count }, (_, at) => {
      const started_at = timestamp(fromMs + (second + at) * 1000);
      const id = (group * 100 + at + 1).toString(16);
      const ids = { trace_id: id.padStart(32, "0"), span_id: id.padStart(16, "0") };
      return line({ ...values, ...ids, started_at });
    }),
  );
  return batch("known", lines);
}

/** Requests that a candidate policy would decide otherwise, an hour before. */
export function shadowedTraffic(fromMs: number): Batch {
  const asked: Values = { shadow_revision: "c2", shadow_rule: "p, all", shadow_rule_source: "n:1" };
  const rows: readonly Values[] = [
    { ...FINE, ...asked, shadow_decision: "deny" },
    { ...DENIED, ...asked, shadow_decision: "allow", client_address: "192.0.2.9" },
    { ...DENIED, ...asked, shadow_decision: "error", path: "/admin/2" },
    { ...ASKED, ...asked, shadow_decision: "allow" },
    { ...FINE, ...asked, shadow_revision: "c1", shadow_decision: "deny" },
  ];
  const lines = rows.map((values, at) => {
    const started_at = timestamp(fromMs - 3_600_000 - at * 1000);
    return line({ ...values, started_at, trace_id: `f${at}`.padStart(32, "0") });
  });
  return batch("shadowed", lines);
}

/** Six hours of which each five minutes are the same but for durations: endpoint A is picked for two requests of three. */
export function evenTraffic(fromMs: number, durationOf: (at: number) => number): Batch {
  const lines = Array.from({ length: 72 * 3 }, (_, at) => {
    const picked: Values = at % 3 === 2 ? attempts([B, 200, "", 9]) : attempts([A, 200, "", 9]);
    const started_at = timestamp(fromMs + Math.floor(at / 3) * 300_000 + (at % 3) * 1000);
    const trace_id = `e${at}`.padStart(32, "0");
    return line({ ...FINE, ...picked, started_at, trace_id, duration_ns: durationOf(at) });
  });
  return batch(`even ${fromMs}`, lines);
}
