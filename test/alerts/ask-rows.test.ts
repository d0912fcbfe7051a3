// What rules ask, of a real store with made rows: panels, SQL and SLOs find what is there, also long ago.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askGood } from "../../src/alerts/ask-slo.ts";
import { createAskRows } from "../../src/alerts/ask-rows.ts";
import { rulesOf } from "../../src/alerts/load-alerts.ts";
import { fileSchema, type FileInput } from "../../src/alerts/file-schema.ts";
import { observe } from "../../src/alerts/observe.ts";
import { buildSlo } from "../../src/alerts/slo.ts";
import type { Rule } from "../../src/alerts/rule.ts";
import { StatusRows } from "../../src/alerts/status-rows.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";
import { batch, line, startTestStore, type TestStore, timestamp } from "../store/support.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** A whole minute, so that rollups and windows meet. */
const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const { panels } = loadDashboards();

const HOUR_MS = 60 * MINUTE_MS;

/** How long ago a moment of the same hour of the week was. */
function usualMs(weeks: number): number {
  const hourMs = Math.floor((NOW_MS - HOUR_MS / 2) / HOUR_MS) * HOUR_MS;
  return NOW_MS - hourMs + weeks * 7 * DAY_MS - MINUTE_MS;
}

let made: TestStore;

/** `count` requests of a route `agoMs` before now, of which `bad` fail and `slow` take a second. */
function requests(
  route: string,
  agoMs: number,
  [count, bad, slow = 0]: readonly number[],
): string[] {
  return Array.from({ length: count ?? 0 }, (_, at) => {
    const isBad = at < (bad ?? 0);
    const isSlow = !isBad && at < (bad ?? 0) + slow;
    return line({
      route,
      service: "shop",
      started_at: timestamp(NOW_MS - agoMs),
      status: isBad ? 500 : 200,
      duration_ns: isSlow ? 1e9 : 1e6,
    });
  });
}

beforeAll(async () => {
  made = await startTestStore();
  const lines = [
    ...requests("orders", 2 * MINUTE_MS, [100, 20]),
    ...requests("payments", 2 * MINUTE_MS, [100, 0, 30]),
    ...requests("orders", 5 * DAY_MS, [10, 10]),
    // Three weeks of the hour that most of the last sixty minutes are in; of a fourth, another hour.
    ...[1, 2, 3].flatMap((week) => requests("orders", usualMs(week), [20 + week, 0])),
    ...requests("orders", usualMs(4) + 2 * HOUR_MS, [900, 0]),
    ...requests("payments", usualMs(1), [100, 0]),
  ];
  expect(await made.store.write(batch("rows", lines))).toEqual({ kind: "stored" });
});

afterAll(() => made.end());

function ruleOf(written: Record<string, unknown>, name = "r"): Rule {
  const input: FileInput = fileSchema.parse(written);
  const rule = rulesOf(input).find((each) => each.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

const ask = (grainSeconds = 10) =>
  createAskRows({
    panels: () => panels,
    status: new StatusRows(() => {
      throw new Error("nothing is asked of weir itself");
    }),
    store: () => made.store,
    grainSecondsAt: () => grainSeconds,
  });

async function found(rule: Rule, atMs = NOW_MS, grainSeconds = 10): Promise<string[]> {
  const answer = await ask(grainSeconds)(rule, atMs);
  return observe(rule, answer).map(({ labels, annotations, value }) => {
    return `${labels["route"] ?? "all"} ${String(value)} ${annotations["summary"] ?? ""}`.trim();
  });
}

describe("a rule", () => {
  const failing = {
    rules: [
      {
        name: "r",
        panel: "routes",
        when: "error_share > 0.05",
        by: ["route"],
        annotations: { summary: "{{error_share}} of {{requests}}" },
      },
    ],
  };

  test("on a panel finds the row that meets its condition, in words", async () => {
    expect(await found(ruleOf(failing))).toEqual(["orders 0.2 20.0 % of 100"]);
  });

  test("sees its window alone", async () => {
    expect(await found(ruleOf(failing), NOW_MS + 10 * MINUTE_MS)).toEqual([]);
  });

  test("looks back beyond the finest rollups", async () => {
    const atMs = NOW_MS - 5 * DAY_MS + 2 * MINUTE_MS;
    expect(await found(ruleOf(failing), atMs, 60)).toEqual(["orders 1 100 % of 10"]);
  });

  test("in SQL is asked through the console's guard", async () => {
    const sql = (text: string): Rule =>
      ruleOf({ rules: [{ name: "r", sql: text, when: "n > 0", by: ["route"] }] });
    const good = sql(
      "SELECT route, count() AS n FROM requests WHERE started_at >= {{since}} AND started_at < {{ until }} AND status = 500 GROUP BY route",
    );
    expect(await found(good)).toEqual(["orders 20"]);
    const { rows, columns } = await ask()(good, NOW_MS + 10 * MINUTE_MS);
    expect([rows, columns]).toEqual([[], ["route", "n"]]);
    const bad = sql(
      "SELECT 1 AS n, '{{since}}' AS route FROM url('http://127.0.0.1:9', CSV, 'a String')",
    );
    await expect(found(bad)).rejects.toThrow(/url|not allowed/i);
  });
});

describe("an SLO", () => {
  const written = {
    slos: [
      { route: "orders", objective: 99 },
      { route: "payments", objective: 99, latency: "300ms" },
    ],
  };

  test.each([
    ["slo-orders-fast", ["orders 20"]],
    ["slo-orders-steady", ["orders 20"]],
    ["slo-payments-fast", ["payments 30"]],
    ["slo-payments-slow", ["payments 30"]],
  ])("%s", async (name, alerts) => {
    const shown = (await found(ruleOf(written, name))).map((each) => each.split(" ").slice(0, 2));
    expect(shown.map(([route, burn]) => `${route} ${Math.round(Number(burn))}`)).toEqual(alerts);
  });

  test("all windows are one question, each by what is kept of its time", async () => {
    const [slo] = fileSchema.parse(written).slos.map(buildSlo);
    const windows = [5, 60, 7 * 1440].map((minutes) => {
      return { windowMs: minutes * MINUTE_MS, leastGrainSeconds: minutes > 60 ? 3600 : 10 };
    });
    const asked = { untilMs: NOW_MS, windows };
    expect(await askGood(made.store, slo!, asked)).toMatchObject([
      { requests: 100, bad: 20 },
      { requests: 100, bad: 20 },
      { bad: 30 },
    ]);
    const none = { ...slo!, route: "none" };
    expect(await askGood(made.store, none, { ...asked, windows: windows.slice(0, 1) })).toEqual([
      { requests: 0, bad: 0 },
    ]);
  });

  test("is quiet where the short window is over", async () => {
    expect(await found(ruleOf(written, "slo-orders-fast"), NOW_MS + 10 * MINUTE_MS)).toEqual([]);
  });

  test("without a limit of time, slow requests are good ones", async () => {
    const slos = [{ route: "payments", objective: 99 }];
    expect(await found(ruleOf({ slos }, "slo-payments-fast"))).toEqual([]);
  });
});

test("an anomaly says what is usual at this hour of the week, where that is known", async () => {
  const annotations = { summary: "{{value}} for {{baseline}} of {{samples}} weeks" };
  const rule = { name: "r", anomaly: { of: "requests" }, when: "score > 5", by: ["route"] };
  const alerts = await found(ruleOf({ rules: [{ ...rule, annotations }] }));
  expect(alerts.map((each) => each.replace(/ [\d.]+ /, " "))).toEqual([
    "orders 100 for 22 of 3 weeks",
  ]);
});
