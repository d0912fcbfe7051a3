// Every panel against a real store whose traffic is known: what it answers, and where its figures lead.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filterQuery, filtersOf } from "../../../src/admin/api/filters.ts";
import { askConsole } from "../../../src/store/console.ts";
import { loadDashboards } from "../../../src/store/dashboards.ts";
import { PanelFailure } from "../../../src/store/panels/failure.ts";
import type { Panel } from "../../../src/store/panels/panel.ts";
import { parsePanel } from "../../../src/store/panels/parse-panel.ts";
import { rollupFor } from "../../../src/store/panels/rollup.ts";
import { doorOf, type DoorSource } from "../../../src/store/panels/row-door.ts";
import { type PanelRows, runPanel } from "../../../src/store/panels/run-panel.ts";
import { listRequests } from "../../../src/store/requests.ts";
import { GRAFANA_FOLDER, grafanaDashboards } from "../../support/grafana-boards.ts";
import { startTestStore, type TestStore } from "../support.ts";
import { knownTraffic } from "./known-traffic.ts";
import { readmeQuestions } from "./readme-questions.ts";

const HOUR_MS = 3_600_000;
/** Two hours ago: within what rollups keep. */
const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
const untilMs = sinceMs + HOUR_MS;
const { panels, faults } = loadDashboards();

let system: TestStore;
beforeAll(async () => {
  system = await startTestStore();
  expect(await system.store.write(knownTraffic(sinceMs))).toEqual({ kind: "stored" });
});
afterAll(() => system.end());

function panelOf(name: string): Panel {
  const panel = panels.get(name);
  if (panel === undefined) throw new Error(`there is no panel ${name}`);
  return panel;
}

const answers = new Map<string, Promise<PanelRows>>();

/** Each question once: what is stored does not change. */
function run(name: string, filters: Record<string, string> = {}): Promise<PanelRows> {
  const key = JSON.stringify([name, filters]);
  const answer =
    answers.get(key) ?? runPanel(system.store, panelOf(name), { sinceMs, untilMs, filters });
  answers.set(key, answer);
  return answer;
}

type Row = Readonly<Record<string, unknown>>;

const DENIED = "p, guest, /admin/*, *, deny";
const ALLOWED = "p, staff, /orders/*, GET";

/** How many in each 24th of the window. */
function partsOf(...counts: readonly (readonly [part: number, count: number])[]): number[] {
  const parts = Array.from({ length: 24 }, () => 0);
  for (const [part, count] of counts) parts[part] = count;
  return parts;
}

/** All rows of a table, or the first ones; what is left out of a row is of no matter here. */
const TABLES: readonly (readonly [
  name: string,
  filters: Record<string, string>,
  rows: readonly Row[],
])[] = [
  ["summary", {}, [{ requests: 18, errors: 2, denied: 3, requests_per_second: 18 / 3600 }]],
  ["summary", { route: "admin" }, [{ requests: 3, errors: 0, denied: 3 }]],
  [
    "routes",
    {},
    [
      { route: "orders", requests: 15, errors: 2, denied: 0, total_ns: 2_150e6 },
      { route: "admin", requests: 3, errors: 0, denied: 3 },
    ],
  ],
  ["services", {}, [{ service: "shop", requests: 18, errors: 2, denied: 3 }]],
  [
    "callers",
    {},
    [
      { principal: "alice", requests: 8, errors: 2, denied: 0 },
      { principal: "", requests: 5, errors: 0, denied: 0 },
      { principal: "mallory", requests: 3, errors: 0, denied: 3 },
      { principal: "bob", requests: 2, errors: 0, denied: 0 },
    ],
  ],
  [
    "upstreams",
    {},
    [
      { upstream: "http://a:1", attempts: 9, failures: 3 },
      { upstream: "http://b:2", attempts: 4, failures: 2 },
    ],
  ],
  [
    "errors",
    {},
    [
      { status: 401, error_code: "unauthenticated", requests: 5 },
      { status: 500, error_code: "", requests: 1, upstream: "http://b:2" },
      { status: 502, error_code: "upstream_reset", requests: 1 },
    ],
  ],
  [
    "error-groups",
    {},
    [
      { state: "", error_code: "unauthenticated", requests: 5, before: 0, callers: 1 },
      { state: "", error_code: "", status: 500, requests: 1, course: partsOf([2, 1]) },
      { error_code: "upstream_reset", error_source: "upstream", course: partsOf([1, 1]) },
    ],
  ],
  [
    "scanners",
    { paths: "1" },
    [
      { client_address: "198.51.100.7", requests: 4, refused: 4, paths: 1, path: "/orders/1" },
      { client_address: "::9", refused: 1 },
    ],
  ],
  [
    "refusals",
    {},
    [
      {
        denied: 3,
        denied_callers: 1,
        failed_logins: 5,
        login_sources: 2,
        malformed: 0,
        malformed_sources: 0,
      },
    ],
  ],
  ["denials", {}, [{ principal: "mallory", rule: DENIED, requests: 3, paths: 1 }]],
  ["slowest", { limit: "1" }, [{ path: "/reports/2026", duration_ns: 2e9, connect_ns: 50e6 }]],
  [
    "new-callers",
    {},
    [
      { principal: "mallory", requests: 3, denied: 3, routes: 1, clients: 1 },
      { principal: "bob", requests: 2, denied: 0 },
    ],
  ],
  [
    "failed-logins",
    {},
    [
      {
        client_address: "198.51.100.7",
        auth_method: "key",
        auth_outcome: "invalid_key",
        requests: 4,
      },
      { client_address: "::9", auth_method: "token", auth_outcome: "expired", requests: 1 },
    ],
  ],
  [
    "new-paths",
    {},
    [
      { shape: "/admin/users/*", requests: 3, callers: 1, failed: 3, path: "/admin/users/17" },
      { shape: "/reports/*", requests: 1, failed: 1 },
    ],
  ],
  [
    "failed-attempts",
    {},
    [
      { endpoint: "http://a:1", error: "connect_refused", answered: "", attempts: 3, hidden: 2 },
      { endpoint: "http://b:2", error: "", answered: "500", attempts: 1, hidden: 0 },
      { endpoint: "http://b:2", error: "reset", answered: "", attempts: 1, hidden: 0 },
    ],
  ],
  [
    "retries",
    {},
    [
      {
        route: "orders",
        requests: 15,
        attempts: 13,
        retried: 3,
        retried_share: 0.2,
        saved: 2,
        lost: 1,
      },
      { route: "admin", requests: 3, attempts: 0, retried: 0 },
    ],
  ],
  [
    "stages",
    {},
    [
      ...["identify", "authorize", "balance", "queue"].map((stage) => ({ stage, total_ns: 0 })),
      { stage: "connect", total_ns: 50e6, longest_ns: 50e6 },
      { stage: "wait for the first byte", total_ns: 1_948e6 },
      { stage: "all else: bodies, and attempts before the last", total_ns: 155e6 },
    ],
  ],
  [
    "choices",
    {},
    [
      {
        endpoint: "http://a:1",
        weighed: 8,
        left_out: 1,
        picked: 8,
        mean_score: 1,
        mean_inflight: 2,
      },
      { endpoint: "http://b:2", weighed: 9, left_out: 0, picked: 0, last_at: null },
    ],
  ],
  [
    "policy-revisions",
    {},
    [
      { policy_revision: "p2", requests: 7, denied: 3, instances: 2 },
      { policy_revision: "p1", requests: 6, denied: 0, instances: 1 },
    ],
  ],
  [
    "rules",
    { kind: "request" },
    [
      { rule: ALLOWED, requests: 10, callers: 2 },
      { rule: DENIED, requests: 3, callers: 1 },
    ],
  ],
  [
    "reloads",
    {},
    [
      { error_code: "reload_refused", fault: "weir.yaml:3: workers: must be", changed: "" },
      { error_code: "", changed: "policy", cause: "files", before: "c1", after: "c2" },
    ],
  ],
  ["audit", { limit: "1" }, [{ action: "reload", status: "500" }]],
  [
    "credentials",
    {},
    [
      { auth_method: "key", principal_kind: "key", requests: 10, failed: 0, callers: 2 },
      { auth_method: "key", principal_kind: "anonymous", requests: 4, failed: 4, callers: 0 },
      { auth_method: "token", issuer: "https://issuer", requests: 3, failed: 0, callers: 1 },
      { auth_method: "token", issuer: "", requests: 1, failed: 1, callers: 0 },
    ],
  ],
  [
    "connections",
    {},
    [{ scheme: "https", tls_version: "1.3", requests: 18, callers: 3, clients: 3 }],
  ],
  [
    "instances",
    {},
    [
      { instance: "i1", worker: "0", requests: 15, policy_revision: "p2", age_ns: 3_240e9 },
      { instance: "i2", worker: "1", requests: 3, age_ns: 3_358e9 },
    ],
  ],
  ["shadow", {}, []],
];

/** The same of the hour after. */
const LATER: typeof TABLES = [
  [
    "malformed",
    {},
    [
      {
        error_code: "malformed_request",
        fault: "a bare LF; a space in a name",
        client_address: "203.0.113.9",
        requests: 2,
      },
    ],
  ],
  [
    "alert-changes",
    {},
    [
      { state: "resolved", alert: "route-errors", value: "", alert_id: "a1" },
      { state: "firing", alert: "route-errors", severity: "page", value: "0.12" },
    ],
  ],
  ["refusals", {}, [{ denied: 0, failed_logins: 0, malformed: 2, malformed_sources: 1 }]],
];

/** These have tests of their own. */
const ALONE = ["latency-heatmap", "error-budget", ...LATER.map(([name]) => name)];

/** Sums over time by series. */
const COURSES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  overview: { "": 18 },
  "routes-over-time": { orders: 15, admin: 3 },
  "services-over-time": { shop: 18 },
  "rules-over-time": { [ALLOWED]: 10, [DENIED]: 3 },
  "callers-over-time": { "": 5, alice: 8, bob: 2, mallory: 3 },
  "upstreams-over-time": { "http://a:1": 9, "http://b:2": 4 },
  "failures-over-time": { "http://a:1": 3, "http://b:2": 2 },
  "statuses-over-time": { "2xx": 8, "4xx": 8, "5xx": 2 },
  "errors-over-time": { "": 1, unauthenticated: 5, upstream_reset: 1 },
  "denials-over-time": { [DENIED]: 3 },
};

const close = (value: number): number => expect.closeTo(value, 9) as number;

describe("answers", () => {
  test.each(TABLES)("%s %j", async (name, filters, rows) => {
    expect((await run(name, filters)).rows).toMatchObject(rows);
  });

  test.each(LATER)("%s %j, an hour later", async (name, filters, expected) => {
    const window = { sinceMs: untilMs, untilMs: untilMs + HOUR_MS };
    const { rows } = await runPanel(system.store, panelOf(name), { ...window, filters });
    expect(rows).toMatchObject(expected);
  });

  test.each(Object.entries(COURSES))(
    "%s: each line is filled to the window",
    async (name, sums) => {
      const { rows, columns } = await run(name);
      const key = columns.find(({ unit }) => unit === "text")?.name ?? "";
      const value =
        columns.find(({ unit }) => unit === "requests" || unit === "attempts")?.name ?? "";
      const lines = Map.groupBy(rows, (row) => (row[key] ?? "") as string);
      const found = [...lines].map(([line, of]) => {
        expect(of.length).toBe(120);
        return [line, of.reduce((sum, row) => sum + Number(row[value]), 0)] as const;
      });
      expect(Object.fromEntries(found)).toEqual(sums);
    },
  );

  test("lines beyond the busiest are one", async () => {
    const { rows } = await run("callers-over-time", { lines: "1" });
    const names = new Set(rows.map((row) => row["principal"]));
    expect(names).toEqual(new Set(["alice", "(other)"]));
  });

  test("latency-heatmap: every request is in one cell, by time and half octave", async () => {
    const { rows } = await run("latency-heatmap");
    expect(rows.map((row) => row["requests"])).toEqual([6, 2, 1, 3, 5, 1]);
    for (const { low_ns: low, high_ns: high } of rows as readonly Record<string, number>[]) {
      expect(high! / low!).toBeCloseTo(Math.SQRT2, 9);
    }
    expect(rows[5]).toMatchObject({ low_ns: expect.closeTo(2 ** 30.5, 0) as number });
  });

  test("error-budget: each failure takes its part, a slow answer too where that was promised", async () => {
    const filters = { route: "orders", objective: "90" };
    const { rows } = await run("error-budget", filters);
    const left = rows.map((row) => Number(row["budget_left"]));
    expect(left.length).toBe(120);
    // Two of 15 requests failed, and 1.5 may.
    expect([left[0], left[7], left.at(-1)]).toEqual([1, 1 - 1 / 1.5, 1 - 2 / 1.5].map(close));
    const slow = await run("error-budget", { ...filters, latency_ms: "20" });
    expect(slow.rows.at(-1)).toEqual({ ...rows.at(-1), budget_left: close(1 - 4 / 1.5) });
    const none = await run("error-budget", { route: "none" });
    expect(none.rows.at(-1)).toMatchObject({ budget_left: 1 });
  });

  test("error-groups: what was there in the time before is not new, all else is", async () => {
    const from = sinceMs + 200_000;
    const window = { sinceMs: from, untilMs: from + 190_000, filters: {} };
    const { rows } = await runPanel(system.store, panelOf("error-groups"), window);
    expect(rows).toMatchObject([
      { state: "new", error_code: "unauthenticated", requests: 5 },
      { state: "new", error_code: "", requests: 1 },
    ]);
    const later = { ...window, sinceMs: sinceMs + 302_000, untilMs: sinceMs + 602_000 };
    const next = await runPanel(system.store, panelOf("error-groups"), later);
    expect(next.rows).toMatchObject([
      { state: "new", error_code: "" },
      { state: "", error_code: "unauthenticated", requests: 3, before: 2 },
    ]);
  });

  test.each([...panels.keys()])(
    "%s has the columns of its header, over a month, too",
    async (name) => {
      const month = { sinceMs: untilMs - 30 * 86_400_000, untilMs, filters: {} };
      for (const asked of [run(name), runPanel(system.store, panelOf(name), month)]) {
        const { columns } = await asked;
        expect(columns.map((column) => column.name)).toEqual([...panelOf(name).columns.keys()]);
      }
    },
  );

  test("weir's own files are sound, and every panel is asked here", () => {
    const asked = [...TABLES.map(([name]) => name), ...Object.keys(COURSES), ...ALONE];
    expect(faults).toEqual([]);
    expect([...new Set(asked)].sort()).toEqual([...panels.keys()].sort());
  });
});

describe("doors", () => {
  function sourceOf({ door, columns }: Panel): DoorSource {
    return { door, columns: [...columns].map(([name, column]) => ({ name, ...column })) };
  }

  async function behind(door: Record<string, string>, row: Row): Promise<number> {
    const { stepSeconds } = rollupFor(untilMs - sinceMs);
    const atMs = row["time"] === undefined ? null : Date.parse(`${row["time"] as string}Z`);
    const window =
      atMs === null ? { sinceMs, untilMs } : { sinceMs: atMs, untilMs: atMs + stepSeconds * 1000 };
    const filters = filtersOf(filterQuery.parse(door));
    return (await listRequests(system.store, filters, { ...window, limit: 1000 })).rows.length;
  }

  test.each([...panels.keys()])(
    "%s: as many requests are behind a figure as it says",
    async (name) => {
      const source = sourceOf(panelOf(name));
      const { rows } = await run(name);
      const counts = source.columns.filter(({ unit }) => unit === "requests");
      for (const row of rows) {
        for (const column of counts) {
          const door = doorOf(source, row, column);
          const value = Number(row[column.name]);
          if (door === null || value === 0) continue;
          expect([column.name, door, await behind(door, row)]).toEqual([column.name, door, value]);
        }
      }
    },
  );

  test("nothing is behind what stands for many, and a row that says so has none", () => {
    const source = sourceOf(panelOf("callers-over-time"));
    expect(doorOf(source, { principal: "(other)", requests: 3 })).toBeNull();
    expect(doorOf(sourceOf(panelOf("stages")), { stage: "queue" })).toBeNull();
  });
});

describe("dashboards/README.md", () => {
  const questions = readmeQuestions();

  test("asks forty questions", () => {
    expect(questions.map(({ number }) => number)).toEqual(
      Array.from({ length: 40 }, (_, at) => at + 1),
    );
  });

  test.each(questions)("$number. $asked", async (question) => {
    if ("sql" in question) {
      const limits = { maxRows: 1000, maxBytes: 1 << 20, timeoutMs: 10_000 };
      expect((await askConsole(system.store, question.sql, limits)).rows).not.toEqual([]);
    } else {
      const { rows } = await run(question.panel, question.filters);
      // No candidate policy was asked about this traffic.
      if (question.panel !== "shadow") expect(rows).not.toEqual([]);
    }
  });
});

describe("dashboards/grafana", () => {
  const made = grafanaDashboards();

  test("is what `npm run grafana` makes of the boards", () => {
    const kept = readdirSync(GRAFANA_FOLDER).map((file) => {
      return [file, readFileSync(join(GRAFANA_FOLDER, file), "utf8")] as const;
    });
    expect(new Map(kept)).toEqual(made);
  });

  interface Target {
    readonly rawSql: string;
    readonly format: number;
  }

  interface Dashboard {
    readonly uid: string;
    readonly templating: { readonly list: readonly { readonly name: string }[] };
    readonly panels: readonly {
      readonly type: string;
      readonly title: string;
      readonly targets: readonly Target[];
    }[];
  }

  const dashboards = [...made.values()].map((text) => JSON.parse(text) as Dashboard);
  const targets = dashboards.flatMap(({ uid, panels, templating }) =>
    panels.flatMap(({ type, title, targets }) =>
      targets.map((target) => ({
        ...target,
        title,
        uid,
        type,
        names: templating.list.map(({ name }) => name),
      })),
    ),
  );

  test("has queries in the form of Grafana's ClickHouse data source", () => {
    for (const target of targets) {
      const isCourse = target.type === "timeseries" || target.type === "heatmap";
      expect(target).toMatchObject({
        refId: "A",
        editorType: "sql",
        queryType: isCourse ? "timeSeries" : "table",
        format: isCourse ? 0 : 1,
        datasource: { type: "grafana-clickhouse-datasource", uid: "${datasource}" },
      });
    }
    const uids = dashboards.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  /** What Grafana and its data source make of a query (pkg/macros and template variables). */
  function expanded(sql: string): string {
    return sql
      .replaceAll("$__fromTime_ms", `fromUnixTimestamp64Milli(${sinceMs})`)
      .replaceAll("$__toTime_ms", `fromUnixTimestamp64Milli(${untilMs})`)
      .replaceAll("$__interval_s", "25")
      .replaceAll("${rollup:text}", "10s")
      .replaceAll("${rollup}", "10")
      .replaceAll(/\$\{\w+:sqlstring\}/g, "''");
  }

  /** Boards share panels. */
  const distinct = [...Map.groupBy(targets, ({ rawSql }) => rawSql).values()].map(([one]) => one!);

  test.each(distinct)("$uid: $title", async ({ rawSql, names, type }) => {
    const used = [...rawSql.matchAll(/\$\{(\w+)/g)].map(([, name = ""]) => name);
    expect(used.filter((name) => !names.includes(name))).toEqual([]);
    const sql = expanded(rawSql);
    expect(sql).not.toMatch(/\$[{\w]|\{\w+:|\{\{/);
    const { rows, columns } = await system.store.query(sql, {}, { readonly: true });
    if (type === "table" || type === "stat") return;
    const [time = "", ...rest] = columns.map(({ type }) => type);
    expect(time).toMatch(/^DateTime/);
    expect(rest.some((each) => /^(?:Nullable\()?(?:UInt64|Float64)/.test(each))).toBe(true);
    const times = rows.map((row) => row["time"] as string);
    expect(times).toEqual(times.toSorted());
    expect(times.length).toBeGreaterThan(0);
  });
});

describe("a query that the store refuses", () => {
  const HEAD = "-- title: T\n-- question: Q?\n-- visual: table\n-- column n: count\n";

  test.each([
    ["SELECT\n    1 AS n,\nFROM FROM requests\n", 7],
    ["SELECT\n    nowhere AS n\nFROM requests\n", 6],
    ["SELECT 1 AS n\nFROM nothing\n", 6],
    ["SELECT count() AS n\nFROM requests\nWHERE kind > 1 + {{observed_s}} + colour\n", 7],
  ])("%j is named with its line", async (sql, line) => {
    const parsed = parsePanel({ name: "bad", file: "panels/bad.sql", text: HEAD + sql });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const asked = runPanel(system.store, parsed.panel, { sinceMs, untilMs, filters: {} });
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    if (!(error instanceof PanelFailure)) throw error;
    expect(error.fault).toMatchObject({ file: "panels/bad.sql", line });
    expect(error.message).toMatch(/^panels\/bad\.sql:\d+: query: ./);
  });
});
