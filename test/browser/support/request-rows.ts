// Canned request rows: an hour in which one of three orders endpoints begins to fail.

/** Park-Miller, so that every run sees the same rows. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export interface Row {
  [column: string]: unknown;
  started_at: string;
  trace_id: string;
  span_id: string;
  route: string;
  service: string;
  status: number;
  principal: string;
  decision: string;
  upstream: string;
  path: string;
  duration_ns: number;
}

const CALLERS = ["alice", "bob", "carol", "shop-frontend", "nightly-report", ""];
const PATHS: Record<string, string[]> = {
  orders: ["/orders", "/orders/1841", "/orders/1842/items", "/orders/1843"],
  payments: ["/payments/charge", "/payments/refund/77"],
  catalogue: ["/catalogue/books", "/catalogue/books/9780262033848", "/catalogue/search"],
  admin: ["/admin/users", "/admin/users/12"],
};
export const ENDPOINTS: Record<string, string[]> = {
  orders: ["http://127.0.0.1:4001", "http://127.0.0.1:4002", "http://127.0.0.1:4003"],
  payments: ["http://127.0.0.1:4101", "http://127.0.0.1:4102"],
  catalogue: ["http://127.0.0.1:4201", "http://127.0.0.1:4202"],
  admin: ["http://127.0.0.1:4201"],
};
const ROUTES = ["orders", "orders", "orders", "catalogue", "catalogue", "payments", "admin"];

function hex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
}

/** `count` rows before `endMs`, newest first. */
export function requestRows(count: number, endMs: number): Row[] {
  const random = createRandom(20_261_121);
  return Array.from({ length: count }, (_, index) =>
    requestRow(random, endMs - index * 8_700 - Math.floor(random() * 4000)),
  );
}

export function requestRow(random: () => number, atMs: number): Row {
  const route = pick(random, ROUTES);
  const principal = pick(random, CALLERS);
  const denied = route === "admin" && principal !== "alice";
  const endpoints = ENDPOINTS[route]!;
  const upstream = denied ? "" : pick(random, endpoints);
  const failed = upstream.endsWith("4003") && random() < 0.5;
  const durationNs = denied
    ? Math.floor(90_000 + random() * 60_000)
    : Math.floor(2e6 + random() ** 4 * 420e6);
  return {
    ...base(random, atMs),
    method: route === "payments" ? "POST" : pick(random, ["GET", "GET", "GET", "POST", "DELETE"]),
    path: pick(random, PATHS[route]!),
    route,
    service: route === "admin" ? "catalogue" : route,
    ...who(principal),
    ...decisionOf(principal, denied),
    ...whereTo(random, { endpoints, upstream, denied, failed, durationNs }),
    duration_ns: durationNs,
    ...ended(denied, failed, random),
  };
}

function base(random: () => number, atMs: number): Row {
  return {
    kind: "http",
    started_at: `${new Date(atMs).toISOString().slice(0, -1)}${String(Math.floor(random() * 1e6)).padStart(6, "0")}Z`,
    trace_id: hex(random, 32),
    span_id: hex(random, 16),
    parent_span_id: "",
    trace_flags: 1,
    trace_state: "",
    sampled: true,
    instance: "weir-a",
    worker: 1,
    config_revision: "c41f09ab",
    scheme: "http",
    http_version: "1.1",
    host: "api.example.org",
    query: "page=2&token=-",
    api_version: "",
    request_bytes: 412,
    content_type: "application/json",
    user_agent: "demo-traffic/1.0",
    headers: { accept: "application/json", "x-request-id": "r-118" },
    client_address: "127.0.0.1",
    tls_version: "",
    limited_by: "",
    breaker: "",
    fault: "",
    attributes: { tenant: "north" },
  } as unknown as Row;
}

function who(principal: string): Record<string, unknown> {
  return {
    principal,
    principal_kind: principal === "" ? "anonymous" : "key",
    issuer: "",
    roles: principal === "alice" ? ["admin", "clerk"] : principal === "" ? [] : ["clerk"],
    auth_outcome: principal === "" ? "none" : "ok",
  };
}

function decisionOf(principal: string, denied: boolean): Record<string, unknown> {
  return {
    decision: denied ? "deny" : "allow",
    rule: denied ? "p, clerk, /admin/*, *, deny" : "p, clerk, /orders/*, *, allow",
    rule_source: denied ? "policies/policy.csv:14" : "policies/policy.csv:6",
    policy_revision: "p-7f3a91",
    policy_request: [principal, denied ? "/admin/users" : "/orders/1841", "GET"],
    policy_replay: "",
    role_path: [],
    shadow_decision: "",
    shadow_rule: "",
    shadow_rule_source: "",
    shadow_revision: "",
  };
}

interface Sent {
  endpoints: string[];
  upstream: string;
  denied: boolean;
  failed: boolean;
  durationNs: number;
}

function whereTo(random: () => number, sent: Sent): Record<string, unknown> {
  const stages = { identify_ns: 14_200, authorize_ns: 38_400 };
  if (sent.denied) return { ...NOWHERE, ...stages };
  const { endpoints, upstream, failed, durationNs } = sent;
  const upstreamNs = durationNs - 190_000;
  return {
    ...stages,
    balance_ns: 6100,
    upstream,
    picker: "adaptive",
    candidates: endpoints.toSorted((a, b) => Number(b === upstream) - Number(a === upstream)),
    candidate_scores: endpoints.map((_, index) => (8.2 * (index + 1) + random()) * 1e6),
    candidate_inflight: endpoints.map((_, index) => index * 2),
    attempt_upstream: [upstream],
    attempt_span_id: [hex(random, 16)],
    attempt_started_ns: [92_000],
    attempt_duration_ns: [upstreamNs],
    attempt_status: [failed ? 0 : 200],
    attempt_error: [failed ? "upstream_reset" : ""],
    queue_ns: 21_000,
    connect_ns: 310_000,
    upstream_first_byte_ns: Math.floor(upstreamNs * 0.82),
    upstream_ns: upstreamNs,
  };
}

const NOWHERE = {
  balance_ns: 0,
  upstream: "",
  picker: "",
  candidates: [],
  candidate_scores: [],
  candidate_inflight: [],
  attempt_upstream: [],
  attempt_span_id: [],
  attempt_started_ns: [],
  attempt_duration_ns: [],
  attempt_status: [],
  attempt_error: [],
  queue_ns: 0,
  connect_ns: 0,
  upstream_first_byte_ns: 0,
  upstream_ns: 0,
};

function ended(denied: boolean, failed: boolean, random: () => number): Record<string, unknown> {
  const status = denied ? 403 : failed ? 502 : random() < 0.04 ? 404 : 200;
  return {
    status,
    response_bytes: 1_840,
    completed: true,
    error_code: denied ? "forbidden" : failed ? "upstream_reset" : "",
    error_source: denied ? "client" : failed ? "upstream" : "",
  };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}
