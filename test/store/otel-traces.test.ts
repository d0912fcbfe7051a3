// View otel_traces and the exported spans say the same of the same row.
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rowOf } from "../../src/telemetry/groups/spooled-row.ts";
import { spansOf } from "../../src/telemetry/semconv.ts";
import { batch, line, startTestStore, timestamp, type TestStore } from "./support.ts";
import { groupOfLines } from "../telemetry/support/groups.ts";
import { SEED } from "../support/seed.ts";

let system: TestStore;
beforeAll(async () => {
  system = await startTestStore();
});
afterAll(() => system.end());

const ROWS = 300;
const hosts = [
  "",
  "h",
  "h:81",
  "h:",
  "h:0",
  "h:00443",
  "[::1]",
  "[2001:db8::7]:99",
  "10.0.0.1:8080",
  "a%2eb",
];
const upstreams = [
  "http://127.0.0.1:4001",
  "https://b.example",
  "http://[::1]:9",
  "http://[::1]",
  "http://u:s3@c.example:80",
  "a-name",
];
const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom("", ...words);
const status = fc.constantFrom(0, 200, 302, 404, 499, 500, 503);
const attempt = fc.record({
  upstream: fc.constantFrom(...upstreams),
  status,
  error: word("upstream_reset"),
});

const row = fc.record({
  kind: fc.constantFrom("http", "websocket", "tcp"),
  scheme: fc.constantFrom("http", "https"),
  method: word("GET", "TRACE", "PROPFIND", "get"),
  host: fc.constantFrom(...hosts),
  path: word("/a", "/a/b%20c"),
  query: word("x=1&y=-"),
  route: word("orders"),
  service: word("shop"),
  http_version: word("1.0", "1.1"),
  client_address: word("10.0.0.1", "2001:db8::1"),
  user_agent: word("curl/8"),
  upstream: fc.constantFrom("", ...upstreams),
  picker: word("adaptive"),
  principal: word("alice"),
  auth_method: word("jwt"),
  auth_outcome: word("ok"),
  decision: word("allow"),
  rule: word("p, alice, /a, GET"),
  rule_source: word("p.csv:3"),
  policy_revision: word("abc"),
  shadow_decision: word("deny"),
  shadow_rule: word("p, alice, /b, GET"),
  shadow_rule_source: word("next.csv:4"),
  shadow_revision: word("def"),
  status,
  error_code: word("no_route", "upstream_reset"),
  error_source: word("client", "weir", "upstream"),
  attributes: fc.constantFrom({}, { "weir.extra": "1" }, { "weir.upstream_path": "/b" }),
  attempts: fc.array(attempt, { maxLength: 3 }),
});

test("names, kinds, attributes, status and times are equal", async () => {
  const lines = fc.sample(row, { numRuns: ROWS, seed: SEED }).map(({ attempts, ...columns }, nth) =>
    line({
      ...columns,
      started_at: timestamp(Date.now()),
      trace_id: `t${nth}`,
      span_id: `s${nth}`,
      duration_ns: nth,
      attempt_upstream: attempts.map((each) => each.upstream),
      attempt_span_id: attempts.map((_, at) => `s${nth}-${at}`),
      attempt_started_ns: attempts.map((_, at) => at * 10),
      attempt_duration_ns: attempts.map((_, at) => at * 100),
      attempt_status: attempts.map((each) => each.status),
      attempt_error: attempts.map((each) => each.error),
    }),
  );
  await system.store.write(batch("spans", lines));
  const exported = lines
    .flatMap((text) => spansOf(rowOf(groupOfLines([text]), 0)))
    .map((span) => ({
      SpanId: span.spanId,
      SpanName: span.name,
      SpanKind: span.kind === "server" ? "Server" : "Client",
      StatusCode: span.error ? "Error" : "Unset",
      StatusMessage: "",
      duration: span.durationNs,
      SpanAttributes: texts(span.attributes),
    }));
  const { rows } = await system.store.query(
    "SELECT SpanId, SpanName, SpanKind, StatusCode, StatusMessage, toUInt32(Duration) AS duration, SpanAttributes FROM otel_traces",
  );
  const byId = new Map(rows.map((each) => [each["SpanId"], each]));
  expect(byId.size).toBe(exported.length);
  for (const span of exported) expect(byId.get(span.SpanId), `seed ${SEED}`).toEqual(span);
});

function texts(attributes: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, String(value)]),
  );
}
