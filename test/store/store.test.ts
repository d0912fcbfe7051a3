// Schema, delivery and questions against the real embedded store.
import { cpSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Row } from "../../src/store/answer.ts";
import { createStore } from "../../src/store/client.ts";
import { migrate } from "../../src/store/migrate.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";
import { type PanelRows, runPanel } from "../../src/store/panels/run-panel.ts";
import { listRequests, readTrace, type RequestFilters } from "../../src/store/requests.ts";
import { usedRules } from "../../src/store/used-rules.ts";
import { REQUEST_COLUMNS } from "../../src/telemetry/columns.ts";
import { batch, line, RETENTION, startTestStore, timestamp, type TestStore } from "./support.ts";

const RATE = ["requests", "requests_per_second"] as const;

let system: TestStore;
const nowMs = Math.floor(Date.now() / 1000) * 1000;

beforeAll(async () => {
  system = await startTestStore();
  await system.store.write(batch("sample", sample()));
});

afterAll(() => system.end());

/** 100 requests to orders (1 to 100 ms, every tenth a 502 after a retry), 5 denials of bob. */
function sample(): string[] {
  const orders = Array.from({ length: 100 }, (_, at) => {
    const failed = at % 10 === 9;
    return line({
      started_at: timestamp(nowMs - 60_000 + at * 10),
      trace_id: `trace${at}`,
      span_id: `span${String(at).padStart(3, "0")}`,
      method: "GET",
      host: "shop",
      path: `/orders/${at}`,
      route: "orders",
      service: "orders",
      principal: "alice",
      principal_kind: "key",
      decision: "allow",
      upstream: "http://127.0.0.1:4002",
      attempt_upstream: failed
        ? ["http://127.0.0.1:4001", "http://127.0.0.1:4002"]
        : ["http://127.0.0.1:4002"],
      attempt_span_id: failed ? ["c1", "c2"] : ["c2"],
      attempt_started_ns: failed ? [1000, 5000] : [1000],
      attempt_duration_ns: failed ? [2000, 3000] : [3000],
      attempt_status: failed ? [0, 502] : [200],
      attempt_error: failed ? ["upstream_unreachable", ""] : [""],
      duration_ns: (at + 1) * 1e6,
      status: failed ? 502 : 200,
      response_bytes: 10,
      error_code: failed ? "upstream_reset" : "",
      error_source: failed ? "upstream" : "",
      attributes: { "a.b": "c" },
    });
  });
  const denied = Array.from({ length: 5 }, (_, at) =>
    line({
      started_at: timestamp(nowMs - 30_000 + at),
      trace_id: "denied",
      span_id: `d${at}`,
      method: "DELETE",
      path: "/payments/1",
      route: "payments",
      service: "payments",
      principal: "bob",
      principal_kind: "key",
      decision: "deny",
      rule: "p, bob, /payments/*, DELETE, deny",
      rule_source: "policy.csv:7",
      status: 403,
      error_code: "forbidden",
      error_source: "client",
      duration_ns: 1000,
    }),
  );
  return [...orders, ...denied];
}

async function ask(sql: string): Promise<readonly Row[]> {
  return (await system.store.query(sql)).rows;
}

describe("migrate", () => {
  test("may run again, and twice at once", async () => {
    await Promise.all([migrate(system.store, RETENTION), migrate(system.store, RETENTION)]);
    const rows = await ask("SELECT count() AS n, uniq(name) AS names FROM schema_migrations FINAL");
    const { length: n } = readdirSync(join(import.meta.dirname, "../../collector/schema"));
    expect(rows).toEqual([{ n, names: n }]);
  });

  test.each([
    ["requests", "type"],
    ["requests_intake", "replaceAll(type, 'LowCardinality(String)', 'String')"],
  ])("table %s has exactly the row's columns, in its order", async (table, type) => {
    const columns = (of: string, as: string): Promise<readonly Row[]> =>
      ask(
        `SELECT name, ${as} AS type FROM system.columns WHERE database = 'weir' AND table = '${of}' AND name NOT LIKE '%_kept' ORDER BY position`,
      );
    const rows = await columns(table, "type");
    expect(rows.map((row) => row["name"])).toEqual([...REQUEST_COLUMNS]);
    expect(rows).toEqual(await columns("requests", type));
  });

  test("a new retention changes the tables", async () => {
    await migrate(system.store, {
      ...RETENTION,
      requests_days: 33,
      rollup_1h_days: 44,
      metrics_days: 55,
    });
    const rows = await ask(
      "SELECT name FROM system.tables WHERE database = 'weir' AND (engine_full LIKE '%toIntervalDay(33)%' OR engine_full LIKE '%toIntervalDay(44)%' OR engine_full LIKE '%toIntervalDay(55)%') ORDER BY name",
    );
    const points = ["exponential_histogram", "gauge", "histogram", "sum", "summary"];
    const metrics = points.map((kind) => `otel_metrics_${kind}`);
    const sums = ["rule_sums", "trace_places", "trouble_sums", "worker_sums"];
    expect(rows.map((row) => row["name"])).toEqual([
      "address_sums",
      "caller_sums",
      "coarse_rollups",
      "notable_requests",
      ...metrics,
      "path_sums",
      "requests",
      "rollups",
      ...sums,
    ]);
    await migrate(system.store, RETENTION);
  });

  test("a first one that was cut short is built again, not upgraded", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-schema-"));
    const put = (name: string, sql: string): void => writeFileSync(join(folder, name), `${sql};\n`);
    put("0001_one.sql", "CREATE TABLE IF NOT EXISTS one (a UInt8) ENGINE = Memory");
    put("0002_old_upgrade.sql", "ALTER TABLE one ADD COLUMN b UInt8");
    put("0003_two.sql", "CREATE TABLE");
    const store = createStore({ url: system.url.replace(/weir$/, "halfway") });
    await expect(migrate(store, RETENTION, { folder })).rejects.toThrow(/CREATE/);
    put("0003_two.sql", "CREATE TABLE IF NOT EXISTS two (a UInt8) ENGINE = Memory");
    await migrate(store, RETENTION, { folder });
    const { rows } = await store.query(
      "SELECT (SELECT count() FROM schema_migrations) AS noted, name FROM system.columns WHERE database = 'halfway' AND table = 'one'",
    );
    expect(rows).toEqual([{ noted: 3, name: "a" }]);
    await store.close();
  });

  test("a database newer than the code is refused by name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-schema-"));
    cpSync("collector/schema", folder, { recursive: true });
    writeFileSync(
      join(folder, "0099_future.sql"),
      "CREATE TABLE IF NOT EXISTS future (a UInt8) ENGINE = Memory;\n",
    );
    const store = createStore({ url: system.url.replace(/weir$/, "newer") });
    await migrate(store, RETENTION, { folder });
    await expect(migrate(store, RETENTION)).rejects.toThrow(/newer than this weir.*0099_future/);
    await store.close();
  });
});

describe("write", () => {
  test("the same token is stored once, in the table and in all rollups", async () => {
    const again = batch("once", [
      line({
        service: "dup",
        route: "dup",
        attempt_upstream: ["u"],
        attempt_span_id: ["s"],
        attempt_started_ns: [0],
        attempt_duration_ns: [9],
        attempt_status: [200],
        attempt_error: [""],
      }),
    ]);
    for (let time = 0; time < 3; time++)
      expect(await system.store.write(again)).toEqual({ kind: "stored" });
    for (const [table, sum] of [
      ["requests", "count()"],
      ["requests_10s", "sum(requests)"],
      ["requests_1m", "sum(requests)"],
      ["requests_5m", "sum(requests)"],
      ["requests_1h", "sum(requests)"],
      ["requests_6h", "sum(requests)"],
      ["upstreams_10s", "sum(attempts)"],
      ["upstreams_1m", "sum(attempts)"],
      ["upstreams_5m", "sum(attempts)"],
      ["upstreams_1h", "sum(attempts)"],
      ["upstreams_6h", "sum(attempts)"],
    ]) {
      expect([table, await ask(`SELECT ${sum} AS n FROM ${table} WHERE service = 'dup'`)]).toEqual([
        table,
        [{ n: 1 }],
      ]);
    }
  });

  test("each grain of the rollups is kept for its own time", async () => {
    const started_at = timestamp(nowMs - (RETENTION.rollup_10s_days + 2) * 86_400_000);
    await system.store.write(batch("aged", [line({ service: "aged", started_at })]));
    await system.store.command("OPTIMIZE TABLE rollups FINAL");
    const grains = "SELECT grain_s FROM rollups WHERE service = 'aged' ORDER BY grain_s";
    expect(await ask(grains)).toEqual([{ grain_s: 60 }, { grain_s: 3600 }]);
  });

  test("the same bytes under another token are other rows", async () => {
    const row = line({ service: "twice" });
    await system.store.write(batch("twice-1", [row]));
    await system.store.write(batch("twice-2", [row]));
    expect(await ask("SELECT count() AS n FROM requests WHERE service = 'twice'")).toEqual([
      { n: 2 },
    ]);
  });

  test.each([
    ["bytes that are no JSON", "nonsense\n"],
    ["a value of the wrong type", line({ status: "many" })],
    ["too few columns", '["http"]\n'],
    [
      "attempt arrays of unequal length",
      line({ attempt_upstream: ["a", "b"], attempt_status: [1] }),
    ],
  ])("rejects %s", async (_, text) => {
    const delivery = await system.store.write({ ...batch(`bad-${text}`, [text]) });
    expect(delivery.kind).toBe("rejected");
  });

  test("no store, or no table yet, means later", async () => {
    const away = createStore({ url: "http://weir:x@127.0.0.1:1/weir" });
    expect((await away.write(batch("t", [line({})]))).kind).toBe("retry");
    expect(await away.ping()).not.toBeNull();
    await away.close();
    const missing = await system.store.write({ ...batch("t", [line({})]), table: "later" });
    expect(missing.kind).toBe("retry");
  });

  test("odd text arrives as it was", async () => {
    const path = "/\u0000\"'\\\n\t{é}🦦\u2028";
    await system.store.write(
      batch("odd", [line({ service: "odd", path, headers: { "x-a": path } })]),
    );
    expect(await ask("SELECT path, headers FROM requests WHERE service = 'odd'")).toEqual([
      { path, headers: { "x-a": path } },
    ]);
  });
});

describe("otel_traces", () => {
  const COLLECTOR = [
    "Timestamp DateTime64(9)",
    "TraceId String",
    "SpanId String",
    "ParentSpanId String",
    "TraceState String",
    "SpanName LowCardinality(String)",
    "SpanKind LowCardinality(String)",
    "ServiceName LowCardinality(String)",
    "ResourceAttributes Map(LowCardinality(String), String)",
    "ScopeName String",
    "ScopeVersion String",
    "SpanAttributes Map(LowCardinality(String), String)",
    "Duration UInt64",
    "StatusCode LowCardinality(String)",
    "StatusMessage String",
    "Events.Timestamp Array(DateTime64(9))",
    "Events.Name Array(LowCardinality(String))",
    "Events.Attributes Array(Map(LowCardinality(String), String))",
    "Links.TraceId Array(String)",
    "Links.SpanId Array(String)",
    "Links.TraceState Array(String)",
    "Links.Attributes Array(Map(LowCardinality(String), String))",
  ];

  test.each(["otel_traces", "otel_spans"])(
    "%s has the Collector's columns, and what a span stands for",
    async (table) => {
      const rows = await ask(`DESCRIBE ${table}`);
      expect(rows.map((row) => `${String(row["name"])} ${String(row["type"])}`)).toEqual([
        ...COLLECTOR,
        "SampleRate Float64",
      ]);
    },
  );

  test("a request is a server span with a client span for each attempt", async () => {
    const rows = await ask(
      "SELECT SpanId, ParentSpanId, SpanName, SpanKind, Duration, StatusCode, SpanAttributes FROM otel_traces WHERE TraceId = 'trace9' ORDER BY Timestamp",
    );
    expect(
      rows.map((row) => [
        row["SpanKind"],
        row["SpanName"],
        row["SpanId"],
        row["ParentSpanId"],
        row["Duration"],
        row["StatusCode"],
      ]),
    ).toEqual([
      ["Server", "GET orders", "span009", "", 1e7, "Error"],
      ["Client", "GET", "c1", "span009", 2000, "Error"],
      ["Client", "GET", "c2", "span009", 3000, "Error"],
    ]);
    expect(rows[0]?.["SpanAttributes"]).toMatchObject({
      "http.request.method": "GET",
      "url.path": "/orders/9",
      "http.response.status_code": "502",
      "http.route": "orders",
      "server.address": "shop",
      "error.type": "upstream_reset",
      "weir.decision": "allow",
      "a.b": "c",
    });
    expect(rows[1]?.["SpanAttributes"]).toMatchObject({
      "error.type": "upstream_unreachable",
      "server.address": "127.0.0.1",
      "server.port": "4001",
    });
    expect(rows[1]?.["SpanAttributes"]).not.toHaveProperty("http.response.status_code");
  });

  test("a time filter prunes days", async () => {
    const old = timestamp(nowMs - 3 * 86_400_000);
    await system.store.write(batch("old", [line({ service: "old", started_at: old })]));
    const rows = await ask(
      "EXPLAIN indexes = 1 SELECT count() FROM otel_traces WHERE SpanKind = 'Server' AND Timestamp > now() - 3600",
    );
    expect(rows.map((row) => String(row["explain"])).join("\n")).toMatch(
      /Parts: (\d+)\/(?!\1\b)\d+/,
    );
  });

  test("services' own spans stand beside them", async () => {
    await system.store.command(
      "INSERT INTO otel_spans (Timestamp, TraceId, SpanId, ServiceName) VALUES (now64(9), 'trace1', 'own', 'orders')",
    );
    expect(await ask("SELECT count() AS n FROM otel_traces WHERE TraceId = 'trace1'")).toEqual([
      { n: 3 },
    ]);
    const trace = await readTrace(system.store, "trace1");
    expect(trace.requests.map((row) => row["span_id"])).toEqual(["span001"]);
    expect(trace.spans.map((row) => row["SpanId"])).toEqual(["own"]);
  });

  test.each(["requests WHERE trace_id", "otel_traces WHERE TraceId"])(
    "the bloom filter serves %s",
    async (table) => {
      const rows = await ask(`EXPLAIN indexes = 1 SELECT * FROM ${table} = 'trace1'`);
      const plan = rows.map((row) => String(row["explain"])).join("\n");
      expect(plan).toContain("trace_id_bloom");
      if (table.startsWith("otel")) expect(plan).toContain("idx_trace_id");
    },
  );
});

describe("panels", () => {
  const { panels } = loadDashboards();
  const run = (name: string, filters: Record<string, string> = {}): Promise<PanelRows> =>
    runPanel(system.store, panels.get(name)!, {
      sinceMs: nowMs - 600_000,
      untilMs: nowMs + 60_000,
      filters,
    });

  test("overview: filled to the window, sums equal, gaps have no latency", async () => {
    const { rows } = await run("overview", { service: "orders" });
    const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[name]), 0);
    expect([sum("requests"), sum("errors"), sum("denied")]).toEqual([100, 10, 0]);
    expect(rows.length).toBeGreaterThanOrEqual(66);
    expect(rows[0]).toMatchObject({ requests: 0, p95_ns: null });
  });

  test("summary: percentiles within a bucket's half width", async () => {
    const { rows, columns } = await run("summary", { service: "orders" });
    expect(rows[0]).toMatchObject({
      requests: 100,
      errors: 10,
      error_share: 0.1,
      response_bytes: 1000,
    });
    for (const [name, exact] of [
      ["p50_ns", 50e6],
      ["p95_ns", 95e6],
      ["p99_ns", 99e6],
    ] as const) {
      expect(Math.abs(Number(rows[0]?.[name]) / exact - 1)).toBeLessThan(0.055);
    }
    expect(columns.find((column) => column.name === "p95_ns")).toMatchObject({
      type: "Nullable(Float64)",
      unit: "ns",
    });
  });

  test("summary of nothing is one row of nothing", async () => {
    const { rows } = await run("summary", { service: "nobody" });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ requests: 0, error_share: null, p50_ns: null });
  });

  test("the others say what happened", async () => {
    expect((await run("routes", { service: "orders" })).rows[0]).toMatchObject({
      route: "orders",
      requests: 100,
      errors: 10,
    });
    expect((await run("upstreams", { service: "orders" })).rows).toMatchObject([
      { upstream: "http://127.0.0.1:4002", attempts: 100, failures: 10 },
      { upstream: "http://127.0.0.1:4001", attempts: 10, failures: 10, failure_share: 1 },
    ]);
    expect((await run("upstreams", { route: "orders" })).rows).toEqual(
      (await run("upstreams", { service: "orders" })).rows,
    );
    expect((await run("upstreams", { route: "nothing" })).rows).toEqual([]);
    expect((await run("errors", { service: "orders" })).rows).toMatchObject([
      { status: 502, error_code: "upstream_reset", requests: 10, trace_id: "trace99" },
    ]);
    expect((await run("errors", { service: "payments" })).rows).toEqual([]);
    expect((await run("slowest", { limit: "2" })).rows).toMatchObject([
      { trace_id: "trace99" },
      { trace_id: "trace98" },
    ]);
    expect((await run("denials")).rows).toMatchObject([
      {
        principal: "bob",
        method: "DELETE",
        path: "/payments/1",
        rule_source: "policy.csv:7",
        requests: 5,
      },
    ]);
    expect((await run("callers", { route: "orders" })).rows).toMatchObject([
      { principal: "alice", requests: 100, errors: 10 },
    ]);
  });

  test("rates are over the time since the first request, until something is older than the window", async () => {
    const seconds = async (sinceMs: number, name = "summary"): Promise<number> => {
      const window = { sinceMs, untilMs: nowMs, filters: { service: "orders" } };
      const [row] = (await runPanel(system.store, panels.get(name)!, window)).rows;
      const [of, rate] = name === "upstreams" ? ["attempts", "attempts_per_second"] : RATE;
      return Number(row?.[of]) / Number(row?.[rate]);
    };
    // Nothing in this store is older.
    const first = nowMs - (RETENTION.rollup_10s_days + 2) * 86_400_000;
    const oldest = line({ service: "oldest", started_at: timestamp(first) });
    await system.store.write(batch("oldest", [oldest]));
    expect(await seconds(nowMs - 600_000)).toBeCloseTo(600, 3);
    const sinceFirst = (nowMs - first) / 1000;
    const overFirst = await seconds(first - 30 * 86_400_000);
    expect(Math.abs(overFirst - sinceFirst)).toBeLessThan(2);
    expect(await seconds(first - 30 * 86_400_000, "routes")).toBeCloseTo(
      await seconds(first - 30 * 86_400_000, "upstreams"),
      3,
    );
    // Rows that are gone: their hour is still known.
    const day = new Date(first).toISOString().slice(0, 10);
    await system.store.command(`ALTER TABLE requests DROP PARTITION '${day}'`);
    const overHour = (await seconds(first - 30 * 86_400_000)) - sinceFirst;
    expect(overHour).toBeGreaterThan(-2);
    expect(overHour).toBeLessThan(3602);
  });

  test("rules: how often each decided, where it stood last, and denials by none", async () => {
    const decided = (at: number, principal: string, values: Record<string, unknown>): string =>
      line({
        started_at: timestamp(nowMs - 40_000 + at),
        trace_id: `rules${at}`,
        span_id: `rules${at}`,
        service: "rules",
        principal,
        ...values,
      });
    const reads = { decision: "allow", rule: "p, a, /r/*, GET" };
    await system.store.write(
      batch("rules", [
        decided(0, "ann", { ...reads, rule_source: "policy.csv:2" }),
        decided(1, "ben", { ...reads, rule_source: "policy.csv:3" }),
        decided(2, "ann", { decision: "deny" }),
        decided(3, "ann", { decision: "none" }),
      ]),
    );
    expect((await run("rules", { service: "rules" })).rows).toMatchObject([
      { ...reads, rule_source: "policy.csv:3", requests: 2, callers: 2, trace_id: "rules1" },
      { decision: "deny", rule: "", rule_source: "", requests: 1, trace_id: "rules2" },
    ]);
    expect((await run("rules", { service: "rules", principal: "ben" })).rows).toHaveLength(1);
    const window = { sinceMs: nowMs - 60_000, untilMs: nowMs };
    expect(await usedRules(system.store, window)).toContain(reads.rule);
    expect(await usedRules(system.store, { sinceMs: nowMs, untilMs: nowMs + 1 })).toEqual([]);
  });

  test("shadow: gains first, then losses, of the newest candidate alone", async () => {
    const asked = (at: number, decision: string, shadow: string) =>
      line({
        started_at: timestamp(nowMs - 50_000 + at),
        trace_id: `shadow${at}`,
        span_id: `shadow${at}`,
        method: "GET",
        path: `/s/${at}`,
        route: "shadow",
        service: "shadow",
        principal: at % 2 === 0 ? "carol" : "dave",
        client_address: `10.0.0.${at}`,
        decision,
        shadow_decision: shadow,
        shadow_rule: shadow === "allow" ? "p, all" : "",
        shadow_rule_source: shadow === "allow" ? "next.csv:2" : "",
        shadow_revision: at < 10 ? "older" : "newest",
        policy_revision: "old",
      });
    const lines = [
      ...[0, 2, 4, 6].map((at) => asked(at, "allow", "deny")),
      ...[10, 12].map((at) => asked(at, "allow", "deny")),
      ...[20, 22, 24].map((at) => asked(at, "deny", "allow")),
      asked(31, "error", "allow"),
      ...[40, 42].map((at) => asked(at, "allow", "error")),
      asked(50, "allow", "allow"),
      asked(52, "error", "deny"),
      line({ started_at: timestamp(nowMs - 40_000), decision: "deny", service: "shadow" }),
    ];
    await system.store.write(batch("shadow", lines));
    const { rows } = await run("shadow", { service: "shadow" });
    expect(rows.map((row) => [row["change"], row["principal"], row["requests"]])).toEqual([
      ["gain", "carol", 3],
      ["gain", "dave", 1],
      ["loss", "carol", 2],
      ["error", "carol", 2],
    ]);
    expect(rows[0]).toMatchObject({
      route: "shadow",
      method: "GET",
      rule: "",
      shadow_rule: "p, all",
      shadow_rule_source: "next.csv:2",
      clients: 3,
      paths: 3,
      path: "/s/24",
      trace_id: "shadow24",
    });
    expect((await run("shadow", { principal: "dave" })).rows).toHaveLength(1);
  });

  test("an unknown filter is refused by name", async () => {
    await expect(run("denials", { upstream: "x" })).rejects.toThrow(/no filter upstream/);
  });
});

describe("listRequests", () => {
  const count = async (filters: Parameters<typeof listRequests>[1]): Promise<number> =>
    (
      await listRequests(system.store, filters, {
        limit: 1000,
        sinceMs: nowMs - 120_000,
        untilMs: nowMs,
      })
    ).rows.length;

  test.each([
    [{ service: "orders" }, 100],
    [{ service: "orders", status: 502 }, 10],
    [{ status_class: 4 }, 5],
    [{ principal: "bob", decision: "deny" }, 5],
    [{ upstream: "http://127.0.0.1:4002" }, 100],
    [{ path_prefix: "/orders/9" }, 11],
    [{ trace_id: "denied" }, 5],
    [{ service: "orders", min_duration_ns: 99e6 }, 2],
    [{ route: "orders", method: "POST" }, 0],
    [{ principal: "' OR 1=1 --" }, 0],
  ])("%j finds %i", async (filters, rows) => {
    expect(await count(filters)).toBe(rows);
  });

  test("those that failed have a table of their own: as they stand among all, page by page", async () => {
    const pages = async (filters: RequestFilters, limit: number): Promise<Row[]> => {
      const rows: Row[] = [];
      let next: string | null = null;
      do {
        const page = { limit, ...(next === null ? {} : { before: next }) };
        const list = await listRequests(system.store, filters, page);
        rows.push(...list.rows);
        next = list.next;
      } while (next !== null);
      return rows;
    };
    const all = await pages({ service: "orders" }, 1000);
    const failed = all.filter(({ status }) => status === 502);
    expect(failed).toHaveLength(10);
    expect(await pages({ service: "orders", status_class: 5 }, 6)).toEqual(failed);
    expect(await pages({ service: "orders", status: 502 }, 1000)).toEqual(failed);
    const forbidden = await pages({ error_code: "forbidden" }, 1000);
    expect(forbidden).toEqual(await pages({ principal: "bob", decision: "deny" }, 1000));
  });

  test("pages go back without gap or repeat", async () => {
    const seen: unknown[] = [];
    let before: string | null | undefined;
    while (before !== null) {
      const page = await listRequests(
        system.store,
        { service: "orders" },
        { limit: 30, ...(before === undefined ? {} : { before }) },
      );
      seen.push(...page.rows.map((row) => row["span_id"]));
      before = page.next;
    }
    expect(seen).toEqual(
      Array.from({ length: 100 }, (_, at) => `span${String(99 - at).padStart(3, "0")}`),
    );
  });

  test("a cursor that is none is refused", async () => {
    await expect(listRequests(system.store, {}, { limit: 1, before: "x" })).rejects.toThrow(
      /no cursor/,
    );
  });
});

test("query: rows are bounded, readonly is the store's own refusal", async () => {
  const { rows, columns } = await system.store.query(
    "SELECT number FROM numbers(1000000)",
    {},
    { readonly: true, maxRows: 10 },
  );
  expect([rows.length, columns]).toEqual([10, [{ name: "number", type: "UInt64" }]]);
  await expect(
    system.store.query("DROP TABLE requests", {}, { readonly: true }),
  ).rejects.toMatchObject({ code: 164 });
  await expect(
    system.store.query(
      "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)",
      {},
      { timeoutMs: 300 },
    ),
  ).rejects.toMatchObject({ code: 159 });
});
