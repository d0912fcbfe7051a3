// Canned answers of the named queries, services, routes and status.
import { createRandom, ENDPOINTS, requestRows } from "./request-rows.ts";

const STEP_S = 60;
type Rows = Record<string, unknown>[];

/** A wave of traffic with errors from the last third of the range on. */
export function overviewRows(fromMs: number, toMs: number, incident: boolean): Rows {
  const random = createRandom(11);
  const stepMs = STEP_S * 1000;
  const rows: Rows = [];
  for (let at = Math.floor(fromMs / stepMs) * stepMs; at < toMs; at += stepMs) {
    const part = (at - fromMs) / (toMs - fromMs);
    const requests = Math.round(3600 + 900 * Math.sin(part * 7) + random() * 240);
    const bad = incident && part > 0.66;
    // Nothing answered for three minutes: latency has a gap there.
    if (part > 0.3 && part < 0.35) continue;
    rows.push({
      time: new Date(at).toISOString(),
      requests,
      errors: Math.round(requests * (bad ? 0.058 + random() * 0.02 : 0.002)),
      denied: Math.round(requests * 0.012),
      p50_ns: 8.1e6 + random() * 1e6,
      p95_ns: (bad ? 92e6 : 61e6) + random() * 9e6,
      p99_ns: (bad ? 310e6 : 148e6) + random() * 30e6,
    });
  }
  return rows;
}

export function summaryRow(incident: boolean): Rows {
  return [
    {
      // 64-bit integers as ClickHouse may quote them.
      requests: "221840",
      requests_per_second: 61.62,
      errors: incident ? 4790 : 440,
      denied: 2662,
      p50_ns: 8.4e6,
      p95_ns: incident ? 74.2e6 : 62e6,
      p99_ns: incident ? 291e6 : 150e6,
      request_bytes: 91_398_080,
      response_bytes: 408_185_600,
    },
  ];
}

export const ROUTE_ROWS: Rows = [
  route("orders", "orders", { requests: 104_210, errors: 4702, p50: 9.2, p95: 96.4, p99: 412 }),
  route("catalogue", "catalogue", { requests: 88_230, errors: 71, p50: 4.1, p95: 22.8, p99: 61 }),
  route("payments", "payments", { requests: 26_738, errors: 17, p50: 31.4, p95: 118, p99: 240 }),
  route("admin", "catalogue", { requests: 2662, errors: 0, p50: 0.11, p95: 0.19, p99: 12.4 }),
  route("", "", { requests: 318, errors: 0, p50: 0.06, p95: 0.09, p99: 0.2 }),
];

interface RouteFigures {
  requests: number;
  errors: number;
  p50: number;
  p95: number;
  p99: number;
}

function route(name: string, service: string, of: RouteFigures): Record<string, unknown> {
  const denied = name === "admin" ? 2600 : Math.round(of.requests * 0.0006);
  const { requests, errors, p50, p95, p99 } = of;
  return {
    route: name,
    service,
    requests,
    requests_per_second: requests / 3600,
    errors,
    denied,
    p50_ns: p50 * 1e6,
    p95_ns: p95 * 1e6,
    p99_ns: p99 * 1e6,
  };
}

export function upstreamRows(): Rows {
  return Object.entries(ENDPOINTS)
    .filter(([service]) => service !== "admin")
    .flatMap(([service, urls]) =>
      urls.map((upstream, index) => ({
        service,
        upstream,
        attempts: 42_000 - index * 14_000,
        failures: upstream.endsWith("4003") ? 4690 : index * 3,
        p50_ns: 6e6 * (index + 1),
        p95_ns: 41e6 * (index + 1),
        p99_ns: 120e6 * (index + 1),
      })),
    );
}

export function errorRows(nowMs: number): Rows {
  const row = (
    route: string,
    upstream: string,
    of: [number, string, number],
  ): Record<string, unknown> => ({
    route,
    status: of[0],
    upstream,
    error_code: of[1],
    requests: of[2],
    last_at: new Date(nowMs - 4000).toISOString(),
    trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  });
  return [
    row("orders", "http://127.0.0.1:4003", [502, "upstream_reset", 4378]),
    row("orders", "http://127.0.0.1:4003", [504, "header_timeout", 312]),
    row("catalogue", "http://127.0.0.1:4202", [500, "", 71]),
    row("payments", "", [503, "no_endpoint", 17]),
  ];
}

export function denialRows(nowMs: number): Rows {
  const row = (principal: string, path: string, requests: number): Record<string, unknown> => ({
    principal,
    method: "GET",
    path,
    route: "admin",
    rule: path === "/reports" ? "" : "p, clerk, /admin/*, *, deny",
    rule_source: path === "/reports" ? "" : "policies/policy.csv:14",
    requests,
    last_at: new Date(nowMs - 21_000).toISOString(),
    trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  });
  return [
    row("bob", "/admin/users", 1840),
    row("nightly-report", "/reports", 610),
    row("", "/admin/users/12", 212),
  ];
}

export function slowestRows(nowMs: number): Rows {
  return requestRows(300, nowMs)
    .toSorted((a, b) => b.duration_ns - a.duration_ns)
    .slice(0, 10);
}

export function callerRows(nowMs: number): Rows {
  const names: [string, number, number][] = [
    ["shop-frontend", 181_000, 4391],
    ["alice", 21_000, 210],
    ["bob", 12_000, 120],
    ["nightly-report", 6100, 60],
    ["", 1740, 9],
  ];
  return names.map(([principal, requests, errors]) => ({
    principal,
    principal_kind: principal === "" ? "anonymous" : "key",
    requests,
    errors,
    denied: 12,
    p95_ns: 71e6,
    last_at: new Date(nowMs).toISOString(),
  }));
}

export function services(nowMs: number): unknown {
  const states = ["ok", "young", "ejected"];
  return {
    services: Object.entries(ENDPOINTS)
      .filter(([name]) => name !== "admin")
      .map(([name, urls]) => ({
        name,
        balance: name === "catalogue" ? "round-robin" : "adaptive",
        endpoints: urls.map((url, index) => ({
          url,
          weight: index === 1 ? 2 : 1,
          inflight: name === "orders" ? 4 - index * 2 : 1,
          estimate_ns: 6.2e6 * (index + 1),
          samples: 4000 - index * 1200,
          state: name === "orders" ? states[index] : "ok",
          ejected_until:
            name === "orders" && index === 2 ? new Date(nowMs + 24_000).toISOString() : null,
          statistics_weight: [1.12, 0.94, 0.5][index],
          ok_total: 400_000,
          failed_total: index * 200,
        })),
      })),
  };
}

export const ROUTES = {
  routes: [
    ["orders", "/orders/**", "orders"],
    ["payments", "/payments/**", "payments"],
    ["catalogue", "/catalogue/**", "catalogue"],
    ["admin", "/admin/**", "catalogue"],
    ["reports", "/reports/:year", "orders"],
  ].map(([name, path, service]) => ({
    name,
    match: { host: "*", path, methods: name === "reports" ? ["GET"] : [], headers: {} },
    service,
    authenticate: ["key"],
  })),
};

export function status(nowMs: number): Record<string, unknown> {
  return {
    instance: "weir-a",
    version: "0.1.0",
    started_at: new Date(nowMs - 3_000_000).toISOString(),
    uptime_s: 3000,
    config_revision: "c41f09ab",
    policy: {
      enforced: true,
      revision: "p-7f3a91",
      rules: 18,
      loaded_at: new Date(nowMs - 1_500_000).toISOString(),
      fault: null,
      shadow: null,
      rollback: null,
    },
    reload: {
      at: new Date(nowMs - 1_500_000).toISOString(),
      ok: true,
      fault: null,
      tls_fault: null,
      restart: [],
    },
    store: {
      kind: "embedded",
      state: "ready",
      since: new Date(nowMs - 2_990_000).toISOString(),
      error: null,
    },
    spool: {
      pending_rows: 41,
      pending_bytes: 24_100,
      stored_rows: 221_799,
      dropped_rows: 0,
      rejected_rows: 0,
      lag_ms: 820,
    },
    workers: 1,
    certificates: [],
    proxy: "http://127.0.0.1:8081",
  };
}

/** A quarter of an hour in steps of ten seconds, from half a millisecond to half a second. */
export function heatRows(nowMs: number): Record<string, unknown>[] {
  const lastMs = Math.floor(nowMs / 10_000) * 10_000;
  return Array.from({ length: 90 * 20 }, (_, at) => {
    const [step, row] = [Math.floor(at / 20), at % 20];
    return {
      time: new Date(lastMs - (89 - step) * 10_000).toISOString(),
      low_ns: 2 ** (19 + row / 2),
      high_ns: 2 ** (19.5 + row / 2),
      requests: 1 + ((step * 7 + row * 13) % 40),
    };
  });
}
