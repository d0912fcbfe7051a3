// A store of row version 1 becomes one of today in place: nothing is lost, old segments still drain.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "../../src/core/log.ts";
import { createStore, type Store } from "../../src/store/client.ts";
import { SUM_TABLES } from "../../src/store/closings.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";
import { migrate } from "../../src/store/migrate.ts";
import type { Panel } from "../../src/store/panels/panel.ts";
import { runPanel } from "../../src/store/panels/run-panel.ts";
import { readTrace } from "../../src/store/requests.ts";
import { COLUMNS_BY_VERSION } from "../../src/telemetry/columns.ts";
import type { Batch } from "../../src/telemetry/sink.ts";
import { batch, line, RETENTION, startTestStore, timestamp, type TestStore } from "./support.ts";

const HOUR_MS = 3_600_000;

let system: TestStore;
let folder: string;
beforeAll(async () => {
  system = await startTestStore();
  folder = mkdtempSync(join(tmpdir(), "weir-schema-1-"));
  for (const name of ["0001_requests", "0002_rollups", "0003_otel_traces"]) {
    const text = readFileSync(`collector/schema/${name}.sql`, "utf8");
    const older = text
      .replaceAll(/ALIAS [^]*?,\n(?= {4}[a-z]\w+ [A-Z])/g, "CODEC(ZSTD(1)),\n")
      .replaceAll(/^ +\w+_kept .*\n/gm, "")
      .replace(/(requests_intake_view TO requests AS)\s[^]*/, "$1 SELECT * FROM requests_intake;")
      .replaceAll(/^ +(?:policy_replay|role_path|shadow_rule_source|auth_method) .*\n/gm, "")
      .replace(/^ +SampleRate Float64 .*?CODEC\(ZSTD\(1\)\),\n/ms, "");
    writeFileSync(join(folder, `${name}.sql`), older);
  }
  const view = readFileSync("collector/schema/0015_otel_traces_view.sql", "utf8");
  const before = view
    .replaceAll(/^.*'weir\.(?:shadow_|auth_method).*\n/gm, "")
    .replace(", SampleRate\n", ", toFloat64(1) AS SampleRate\n");
  writeFileSync(join(folder, "0004_otel_traces_view.sql"), before);
});
afterAll(async () => {
  await system.end();
  rmSync(folder, { recursive: true });
});

/** As a weir of row version 1 spooled it. */
function batchOf1(traceId: string): Batch {
  const columns = COLUMNS_BY_VERSION.get(1) ?? [];
  const values: Record<string, unknown> = {
    trace_id: traceId,
    policy_request: ["alice", "/a"],
    decision: "deny",
  };
  const row = columns.map((name) => values[name] ?? valueOf1(name));
  const body = Buffer.from(`${JSON.stringify(row)}\n`);
  return { table: "requests_intake", columns, format: "lines", body, rows: 1, token: traceId };
}

function valueOf1(name: string): unknown {
  // In the last second of an hour, which is as much of it as the others.
  if (name === "started_at") return timestamp(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 300);
  if (/^(attempt_|candidate|roles)/.test(name)) return [];
  if (name === "headers" || name === "attributes") return {};
  return /_ns$|_bytes$|^(worker|status|trace_flags|sampled|completed)$/.test(name) ? 0 : "";
}

test("rows of before, of an old segment and of a new one stand in one table and all its views", async () => {
  const store = createStore({ url: system.url.replace(/weir$/, "older") });
  await migrate(store, RETENTION, { folder });
  const kept = "SELECT 1 FROM system.columns WHERE database = 'older' AND name LIKE '%_kept'";
  expect((await store.query(kept)).rows).toEqual([]);
  expect(await store.write(batchOf1("before"))).toEqual({ kind: "stored" });
  const span =
    "INSERT INTO otel_spans (Timestamp, TraceId, SpanAttributes) VALUES (now(), 'span', {'SampleRate': '20'})";
  await store.command(span);
  const lines: string[] = [];
  const log = createLog("info", (text) => lines.push(text));
  const limits: (number | undefined)[] = [];
  const watched: Store = {
    ...store,
    command(sql, limitMs) {
      if (sql.startsWith("INSERT INTO caller_sums") || sql.includes("RENAME COLUMN"))
        limits.push(limitMs);
      return store.command(sql, limitMs);
    },
  };
  await Promise.all([migrate(watched, RETENTION, { log }), migrate(store, RETENTION)]);
  // Rows that are there are counted, and one hour of them was.
  expect(new Set(limits)).toEqual(new Set([3_600_000]));
  const told = lines.map((text) => JSON.parse(text) as object);
  expect(told).toContainEqual(
    expect.objectContaining({ event: "store_upgrade", migration: "0024_sums" }),
  );
  expect(told).toContainEqual(
    expect.objectContaining({ event: "store_upgrade", table: "caller_sums", hours: 1, done: 0 }),
  );
  expect(await store.write(batchOf1("segment"))).toEqual({ kind: "stored" });
  const now = line({
    trace_id: "now",
    auth_method: "jwt",
    policy_request: ["{}"],
    policy_replay: "json",
    role_path: ["alice", "staff"],
    shadow_decision: "deny",
    shadow_rule_source: "next.csv:3",
    shadow_revision: "abc",
  });
  expect(await store.write(batch("now", [now]))).toEqual({ kind: "stored" });
  const { rows } = await store.query(
    "SELECT trace_id, auth_method, policy_request, policy_replay, role_path, shadow_rule_source FROM requests ORDER BY trace_id",
  );
  const ofBefore = {
    auth_method: "",
    policy_request: ["alice", "/a"],
    policy_replay: "",
    role_path: [],
  };
  expect(rows).toEqual([
    { trace_id: "before", ...ofBefore, shadow_rule_source: "" },
    {
      trace_id: "now",
      auth_method: "jwt",
      policy_request: ["{}"],
      policy_replay: "json",
      role_path: ["alice", "staff"],
      shadow_rule_source: "next.csv:3",
    },
    { trace_id: "segment", ...ofBefore, shadow_rule_source: "" },
  ]);
  for (const id of ["before", "segment", "now"]) {
    expect((await readTrace(store, id)).requests).toHaveLength(1);
  }
  const views = await store.query(
    `SELECT (SELECT sum(requests) FROM requests_10s) AS counted,
      (SELECT sum(requests) FROM requests_5m) AS of_5m,
      (SELECT sum(requests) FROM requests_6h) AS of_6h,
      (SELECT sum(requests) FROM caller_sums WHERE grain_s = 600) AS of_callers,
      (SELECT sum(requests) FROM rule_sums WHERE grain_s = 600) AS of_rules,
      (SELECT sum(calls) FROM trouble_sums WHERE grain_s = 600 AND subject = 'denial') AS of_denials,
      (SELECT sum(requests) FROM path_sums WHERE grain_s = 600) AS of_paths,
      (SELECT sum(requests) FROM address_sums WHERE grain_s = 600) AS of_addresses,
      (SELECT count() FROM otel_traces) AS spans,
      (SELECT sum(SampleRate) FROM otel_traces) AS weights,
      (SELECT SpanAttributes['weir.shadow_rule_source'] FROM otel_traces WHERE TraceId = 'now') AS source,
      (SELECT SpanAttributes['weir.auth_method'] FROM otel_traces WHERE TraceId = 'now') AS method`,
  );
  expect(views.rows).toEqual([
    {
      counted: 3,
      of_5m: 3,
      of_6h: 3,
      of_callers: 3,
      of_rules: 3,
      of_denials: 2,
      of_paths: 3,
      of_addresses: 3,
      spans: 4,
      weights: 23,
      source: "next.csv:3",
      method: "jwt",
    },
  ]);
  await store.close();
});

test("tables of sums that came with each batch go, and what they counted is counted again from the rows", async () => {
  const store = createStore({ url: system.url.replace(/weir$/, "batches") });
  const come = async (token: string): Promise<void> => {
    const row = line({ trace_id: token, decision: "deny", status: 403 });
    expect(await store.write(batch(token, [row]))).toEqual({ kind: "stored" });
  };
  await migrate(store, RETENTION);
  await come("first");
  for (const table of SUM_TABLES) {
    await store.command(`DROP TABLE ${table}_view`);
    await store.command(`DROP TABLE ${table}`);
  }
  await store.command(
    "CREATE TABLE callers (principal String, requests UInt64) ENGINE = SummingMergeTree ORDER BY principal",
  );
  await store.command(
    "CREATE MATERIALIZED VIEW callers_view TO callers AS SELECT principal, count() AS requests FROM requests GROUP BY principal",
  );
  await store.command("DELETE FROM schema_migrations WHERE name = '0024_sums'");
  await come("second");
  await migrate(store, RETENTION);
  await come("third");
  const left = "SELECT 1 FROM system.tables WHERE database = 'batches' AND name LIKE 'callers%'";
  expect((await store.query(left)).rows).toEqual([]);
  for (const table of SUM_TABLES) {
    const calls = table === "trouble_sums" ? "sumIf(calls, subject = 'denial')" : "sum(requests)";
    const { rows } = await store.query(`SELECT ${calls} AS n FROM ${table} WHERE grain_s = 600`);
    expect([table, rows]).toEqual([table, [{ n: 3 }]]);
  }
  await store.close();
});

test("sums of before tell percentiles of what comes after an upgrade, and all else of both", async () => {
  const store = createStore({ url: system.url.replace(/weir$/, "digests") });
  const come = async (token: string, duration_ns: number): Promise<void> => {
    const row = line({ trace_id: token, decision: "deny", status: 403, duration_ns });
    expect(await store.write(batch(token, [row]))).toEqual({ kind: "stored" });
  };
  await migrate(store, RETENTION);
  const { rows } = await store.query(
    "SELECT as_select AS sql FROM system.tables WHERE database = 'digests' AND name = 'caller_sums_view'",
  );
  const digests = String(rows[0]?.["sql"]).replace(
    /sumMap\(.*\) AS buckets/,
    "quantilesTDigestState(0.5, 0.95, 0.99)(duration_ns) AS durations",
  );
  expect(digests).toContain("durations");
  await store.command(
    "ALTER TABLE caller_sums ADD COLUMN durations AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), UInt64)",
  );
  await store.command(`ALTER TABLE caller_sums_view MODIFY QUERY ${digests}`);
  await store.command("ALTER TABLE caller_sums DROP COLUMN buckets");
  await store.command("ALTER TABLE trouble_sums DROP COLUMN denial_hash");
  await store.command("DELETE FROM schema_migrations WHERE name = '0025_sums_upgrade'");
  await come("before", 1000);
  await Promise.all([migrate(store, RETENTION), migrate(store, RETENTION)]);
  await come("after", 1e6);
  const { panels } = loadDashboards();
  const window = { sinceMs: Date.now() - 86_400_000, untilMs: Date.now() + 60_000, filters: {} };
  const answer = async (name: string): Promise<unknown> =>
    (await runPanel(store, panels.get(name) as Panel, window)).rows;
  expect(await answer("callers")).toEqual([
    expect.objectContaining({ requests: 2, p50_ns: expect.closeTo(1e6, -5) }),
  ]);
  expect(await answer("denials")).toEqual([expect.objectContaining({ requests: 2 })]);
  await store.close();
});
