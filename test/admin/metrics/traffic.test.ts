// Rows as the data plane writes them, counted, and exposed as a strict reader takes it.
import { expect, test } from "vitest";
import { expose } from "../../../src/admin/metrics/exposition.ts";
import { RequestCounts } from "../../../src/admin/metrics/request-counts.ts";
import { trafficMetrics } from "../../../src/admin/metrics/traffic.ts";
import type { RequestRecord } from "../../../src/telemetry/record.ts";
import { groupsOf } from "../../telemetry/support/groups.ts";
import { readPrometheus } from "../support/prometheus.ts";

function metricsOf(rows: readonly Partial<RequestRecord>[]): ReturnType<typeof readPrometheus> {
  const counts = new RequestCounts();
  counts.count(groupsOf(...rows));
  return readPrometheus(expose(trafficMetrics(counts), "prometheus"));
}

const ORDERS = { route: "orders", service: "orders", upstream: "http://127.0.0.1:4001" };

test("rate, errors and duration by route", () => {
  const families = metricsOf([
    { ...ORDERS, status: 200, durationNs: 3e6, upstreamNs: 2e6 },
    { ...ORDERS, status: 204, durationNs: 30e9, upstreamNs: 20e9 },
    {
      ...ORDERS,
      status: 502,
      // Rows keep three digits: what is a bucket's bound to the nanosecond may fall behind it.
      durationNs: 0.99e6,
      errorCode: "upstream_reset",
      errorSource: "upstream",
    },
    { route: 'a "b"\\c\nd', service: "ä", status: 200, durationNs: 1 },
    { status: 0, durationNs: 5e6, errorCode: "client_closed" },
  ]);
  const requests = families.get("weir_requests_total")?.samples;
  expect(requests?.map(({ labels, value }) => [labels["route"], labels["status"], value])).toEqual([
    ["orders", "2xx", 2],
    ["orders", "5xx", 1],
    ['a "b"\\c\nd', "2xx", 1],
    ["", "0xx", 1],
  ]);
  const durations = families.get("weir_request_duration_seconds")?.samples ?? [];
  const orders = durations.filter(({ labels }) => labels["route"] === "orders");
  const bucket = (le: string) => orders.find(({ labels }) => labels["le"] === le)?.value;
  expect([bucket("0.001"), bucket("0.005"), bucket("10"), bucket("+Inf")]).toEqual([1, 2, 2, 3]);
  expect(orders.find(({ name }) => name.endsWith("_sum"))?.value).toBeCloseTo(30.004);
  const upstream = families.get("weir_upstream_duration_seconds")?.samples;
  expect(upstream?.at(-1)).toMatchObject({ labels: { upstream: ORDERS.upstream }, value: 3 });
  expect(
    families.get("weir_request_errors_total")?.samples.map(({ labels }) => labels["code"]),
  ).toEqual(["upstream_reset", "client_closed"]);
});

test("what AuthZEN asked is counted apart: it is no traffic", () => {
  const asked = { kind: "decision", route: "authzen", status: 200, shadowRevision: "n" } as const;
  const families = metricsOf([
    { ...ORDERS, status: 200, decision: "allow" },
    { ...asked, decision: "allow" },
    { ...asked, decision: "deny", shadowDecision: "allow" },
    { ...asked, decision: "deny", shadowDecision: "deny" },
    { ...asked, decision: "error", errorCode: "policy_error", errorSource: "weir" },
    { ...asked, errorCode: "malformed_request", errorSource: "client" },
  ]);
  const samples = (name: string) =>
    families.get(name)?.samples.map(({ labels, value }) => [...Object.values(labels), value]);
  expect(samples("weir_authzen_decisions_total")).toEqual([
    ["allow", 1],
    ["deny", 2],
    ["error", 1],
    ["none", 1],
  ]);
  expect(samples("weir_requests_total")).toEqual([["orders", "orders", "2xx", 1]]);
  expect(samples("weir_denied_total")).toEqual([["orders", "orders", 0]]);
  expect(samples("weir_request_errors_total")).toBeUndefined();
  expect(samples("weir_policy_shadow_changes_total")).toEqual([["", "authzen", "gain", 1]]);
  expect(samples("weir_malformed_total")?.every(([, value]) => value === 0)).toBe(true);
});

test("what was refused", () => {
  const families = metricsOf([
    {
      ...ORDERS,
      upstream: "",
      status: 403,
      decision: "deny",
      rule: "p, mallory, /*, *, deny",
      errorCode: "forbidden",
    },
    { ...ORDERS, upstream: "", status: 200, decision: "allow", rule: "p, *, /*, *, allow" },
    { ...ORDERS, upstream: "", status: 429, limitedBy: "per-key", errorCode: "forbidden" },
    { ...ORDERS, upstream: "", status: 401, errorCode: "unauthenticated" },
    { ...ORDERS, upstream: "", status: 401, errorCode: "invalid_credentials" },
    { status: 400, errorCode: "malformed_request" },
    { status: 431, errorCode: "headers_too_large" },
    { status: 500, errorCode: "no such code" },
  ]);
  const value = (name: string, route: string) =>
    families.get(name)?.samples.find(({ labels }) => labels["route"] === route)?.value;
  expect(value("weir_denied_total", "orders")).toBe(1);
  expect(value("weir_denied_total", "")).toBe(0);
  expect(value("weir_unauthenticated_total", "orders")).toBe(2);
  expect(families.has("weir_upstream_duration_seconds")).toBe(false);
  const by = (name: string) =>
    families
      .get(name)
      ?.samples.flatMap(({ labels, value }) =>
        value === 0 ? [] : [[...Object.values(labels), value]],
      );
  expect(by("weir_malformed_total")).toEqual([
    ["malformed_request", 1],
    ["headers_too_large", 1],
  ]);
  expect(by("weir_policy_denials_total")).toEqual([["p, mallory, /*, *, deny", 1]]);
  expect(by("weir_limited_total")).toEqual([["per-key", 1]]);
  expect(families.get("weir_request_errors_total")?.samples.at(-1)?.labels).toEqual({
    code: "other",
  });
});

test("credentials by method and by how it went; nobody's only where somebody is asked for", () => {
  const missing = { status: 401, errorCode: "unauthenticated" };
  const families = metricsOf([
    { ...ORDERS, status: 200, authMethod: "key", authOutcome: "ok" },
    { ...ORDERS, status: 403, authMethod: "key", authOutcome: "ok", errorCode: "forbidden" },
    { ...ORDERS, status: 200 },
    { ...missing },
    { ...missing, errorCode: "forbidden" },
    { status: 401, authOutcome: "unknown_scheme", errorCode: "invalid_credentials" },
    { status: 429, authMethod: "basic", authOutcome: "too_many_failures", errorCode: "any" },
    { kind: "audit", authOutcome: "ok", authMethod: "jwt" },
  ]);
  const { samples } = families.get("weir_authentications_total")!;
  expect(samples.map(({ labels, value }) => [...Object.values(labels), value])).toEqual([
    ["key", "ok", 2],
    ["none", "none", 1],
    ["none", "unknown_scheme", 1],
    ["basic", "too_many_failures", 1],
  ]);
});

test("what the candidate policy would change, by route", () => {
  const decided = (
    decision: "allow" | "deny" | "error",
    shadowDecision: "allow" | "deny" | "error",
  ) => ({
    ...ORDERS,
    decision,
    shadowDecision,
    shadowRevision: "abc",
  });
  const families = metricsOf([
    decided("deny", "allow"),
    decided("error", "allow"),
    decided("allow", "deny"),
    decided("allow", "allow"),
    decided("deny", "deny"),
    decided("error", "deny"),
    decided("allow", "error"),
    decided("deny", "error"),
    { ...ORDERS, route: "other", decision: "deny" },
  ]);
  const samples = families.get("weir_policy_shadow_changes_total")?.samples ?? [];
  expect(samples.map(({ labels, value }) => [labels["route"], labels["change"], value])).toEqual([
    ["orders", "gain", 2],
    ["orders", "loss", 1],
    ["orders", "error", 2],
  ]);
});

test("names without end are counted as one", () => {
  const rows = Array.from({ length: 1500 }, (_, at) => ({
    route: `r${at}`,
    service: "s",
    status: 200,
  }));
  const samples = metricsOf(rows).get("weir_requests_total")?.samples ?? [];
  expect(samples).toHaveLength(1001);
  expect(samples.at(-1)).toMatchObject({ labels: { route: "other" }, value: 500 });
  const denied = Array.from({ length: 300 }, (_, at) => ({ decision: "deny", rule: `p, ${at}` }));
  const rules = metricsOf(denied as Partial<RequestRecord>[]).get("weir_policy_denials_total");
  expect(rules?.samples).toHaveLength(201);
  expect(rules?.samples.at(-1)).toMatchObject({ labels: { rule: "other" }, value: 100 });
});
