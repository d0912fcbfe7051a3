// Spans of a row by OpenTelemetry's HTTP conventions: names, attributes, status, times.
import { expect, test } from "vitest";
import { groupsIn } from "../../src/telemetry/groups/row-group.ts";
import { rowOf } from "../../src/telemetry/groups/spooled-row.ts";
import { RequestRecord } from "../../src/telemetry/record.ts";
import { spansOf } from "../../src/telemetry/semconv.ts";
import { framesOf } from "./support/groups.ts";

function spans(change: (record: RequestRecord) => void) {
  const record = new RequestRecord();
  Object.assign(record, {
    traceId: "80f198ee56343ba864fe8b2a57d3eff7",
    spanId: "e457b5a2e4d86bd1",
    startedAtMs: 1_700_000_000_123.5,
    method: "GET",
    host: "shop.example:8443",
    path: "/orders/7",
    route: "orders",
    service: "orders",
    status: 200,
    durationNs: 4_997_120,
  });
  change(record);
  return [...groupsIn(framesOf([record]))].flatMap((group) => spansOf(rowOf(group, 0)));
}

const attempt = { startedNs: 1000, durationNs: 2000, error: "" };

test("a request and its two attempts", () => {
  const [server, first, second] = spans((record) => {
    Object.assign(record, { query: "q=-", userAgent: "x/1", clientAddress: "10.0.0.1" });
    Object.assign(record, { decision: "allow", rule: "p, alice", ruleSource: "p.csv:3" });
    record.authMethod = "jwt";
    record.attempts.push({
      ...attempt,
      upstream: "http://u:s3@10.1.1.1:4001",
      status: 0,
      error: "connect_timeout",
    });
    record.attempts.push({ ...attempt, upstream: "https://b.example", status: 200 });
  });
  expect(server).toMatchObject({
    kind: "server",
    name: "GET orders",
    error: false,
    durationNs: 4_997_120,
  });
  expect(server?.attributes).toEqual({
    "http.request.method": "GET",
    "url.scheme": "http",
    "url.path": "/orders/7",
    "url.query": "q=-",
    "http.route": "orders",
    "http.response.status_code": 200,
    "network.protocol.version": "1.1",
    "server.address": "shop.example",
    "server.port": 8443,
    "client.address": "10.0.0.1",
    "user_agent.original": "x/1",
    "weir.service": "orders",
    "weir.auth_method": "jwt",
    "weir.auth_outcome": "none",
    "weir.decision": "allow",
    "weir.rule": "p, alice",
    "weir.rule_source": "p.csv:3",
  });
  expect(first).toMatchObject({ kind: "client", name: "GET", error: true, startedNs: 1000 });
  expect(first?.attributes).toEqual({
    "http.request.method": "GET",
    "url.full": "http://10.1.1.1:4001/orders/7?q=-",
    "server.address": "10.1.1.1",
    "server.port": 4001,
    "error.type": "connect_timeout",
    "weir.service": "orders",
    "weir.upstream": "http://10.1.1.1:4001",
  });
  expect(second?.attributes).toMatchObject({
    "http.request.resend_count": 1,
    "http.response.status_code": 200,
    "server.port": 443,
  });
});

test("an attempt was asked for the path that a rewrite made", () => {
  const [server, client] = spans((record) => {
    record.attributes = ["weir.upstream_path", "/v2/7"];
    record.attempts.push({ ...attempt, upstream: "http://b:1", status: 200 });
  });
  expect(server?.attributes["url.path"]).toBe("/orders/7");
  expect(client?.attributes["url.full"]).toBe("http://b:1/v2/7");
});

test.each([
  [200, "", "", undefined, false],
  [404, "", "", undefined, false],
  [403, "forbidden", "client", undefined, false],
  [499, "client_closed", "client", undefined, false],
  [200, "upstream_reset", "upstream", "upstream_reset", true],
  [500, "", "", "500", true],
  [504, "connect_timeout", "upstream", "connect_timeout", true],
  [0, "", "", "_OTHER", true],
])("server status %i %s", (...[status, errorCode, errorSource, type, error]) => {
  const [server] = spans((record) => Object.assign(record, { status, errorCode, errorSource }));
  expect([server?.attributes["error.type"], server?.error]).toEqual([type, error]);
});

test.each([
  [200, false],
  [404, true],
  [500, true],
])("client status %i", (status, error) => {
  const [, client] = spans((record) => {
    record.attempts.push({ ...attempt, upstream: "orders-1", status });
  });
  expect(client).toMatchObject({ error, attributes: { "server.address": "orders-1" } });
  expect(client?.attributes["url.full"]).toBeUndefined();
});

test.each([
  ["http", "BREW", "pot", "HTTP pot", "_OTHER", "BREW"],
  ["http", "get", "", "HTTP", "_OTHER", "get"],
  ["http", "", "", "HTTP", undefined, undefined],
  ["http", "PATCH", "", "PATCH", "PATCH", undefined],
  ["tcp", "", "db", "tcp db", undefined, undefined],
] as const)("%s %s is named %s", (...[kind, method, route, name, known, original]) => {
  const [server] = spans((record) => Object.assign(record, { kind, method, route }));
  expect(server?.name).toBe(name);
  expect(server?.attributes["http.request.method"]).toBe(known);
  expect(server?.attributes["http.request.method_original"]).toBe(original);
});
