// What panels answer from sums, be they of 10 minutes or of a day, is what they answer from the rows themselves.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeSums, readClosings, SUM_GRAINS_S } from "../../../src/store/closings.ts";
import { loadDashboards } from "../../../src/store/dashboards.ts";
import type { Panel } from "../../../src/store/panels/panel.ts";
import { runPanel } from "../../../src/store/panels/run-panel.ts";
import { startTestStore, type TestStore } from "../support.ts";
import { evenTraffic, knownTraffic, shadowedTraffic } from "./known-traffic.ts";

const HOUR_MS = 3_600_000;
const SIX_HOURS_MS = 6 * HOUR_MS;
/** Rows lie within whole ten minutes and six hours, so that the sums have those of the window and no others. */
const fromMs = Math.floor(Date.now() / SIX_HOURS_MS) * SIX_HOURS_MS - 2 * SIX_HOURS_MS;

/** Of six hours, three days before. */
const evenMs = fromMs - 12 * SIX_HOURS_MS;
/** After all windows. */
const unevenMs = fromMs + SIX_HOURS_MS;

const WINDOWS = {
  "10 minutes": { sinceMs: fromMs - (7 / 6) * HOUR_MS, untilMs: fromMs + SIX_HOURS_MS },
  "6 hours": { sinceMs: fromMs - 36 * SIX_HOURS_MS, untilMs: fromMs + SIX_HOURS_MS },
};
const FILTERS = [
  {},
  { paths: "1" },
  { service: "shop", route: "admin" },
  { principal: "mallory", kind: "decision" },
];

const { panels } = loadDashboards();
const summed = [...panels.values()].filter(({ sums }) => sums !== null);

let system: TestStore;
beforeAll(async () => {
  system = await startTestStore();
  // From 0 to two seconds, whole powers of two among them.
  const uneven = evenTraffic(unevenMs, (at) => ((at * 37) % 216) ** 4);
  const even = evenTraffic(evenMs, () => 10e6);
  for (const batch of [knownTraffic(fromMs), shadowedTraffic(fromMs), even, uneven]) {
    expect(await system.store.write(batch)).toEqual({ kind: "stored" });
  }
});
afterAll(() => system.end());

type Row = Readonly<Record<string, unknown>>;

/** A course is told as finely as sums are: all of it is the same. */
function withoutCourse(row: Row): Row {
  const { course } = row;
  if (!Array.isArray(course)) return row;
  return { ...row, course: course.reduce((sum: number, part) => sum + Number(part), 0) };
}

/** Lines as sums by name: their points are as far apart as each source can afford. */
function totals(panel: Panel, rows: readonly Row[]): unknown {
  if (panel.visual !== "timeseries") return rows.map(withoutCourse);
  const [, name = ""] = [...panel.columns.keys()];
  const lines = Map.groupBy(rows, (row) => row[name]);
  return [...lines].map(([line, of]) => [
    line,
    of.reduce((sum, row) => sum + Number(row["requests"]), 0),
  ]);
}

/** Until then all is over, and the sums of it are made. */
const LATER_S = 8 * 86_400;

describe.each(["as it came", "when all sums are made"])("%s", (when) => {
  beforeAll(async () => {
    if (when === "as it came") return;
    await closeSums(system.store, Date.now() / 1000 + LATER_S);
    const closings = await readClosings(system.store);
    expect(new Set(closings.keys())).toEqual(new Set(SUM_GRAINS_S.slice(1)));
  });
  describe.each(Object.entries(WINDOWS))("from %s on", (_, window) => {
    test.each(summed)("$name", async (panel) => {
      const answered = FILTERS.filter((filters) =>
        Object.keys(filters).every((name) => panel.parameters.has(name)),
      );
      const all: unknown[] = [];
      for (const filters of answered) {
        const request = { ...window, filters };
        const ofSums = await runPanel(system.store, panel, request);
        const ofRows = await runPanel(system.store, { ...panel, sums: null }, request);
        expect(ofSums.columns.map(({ name }) => name)).toEqual([...panel.columns.keys()]);
        expect([filters, totals(panel, ofSums.rows)]).toEqual([
          filters,
          totals(panel, ofRows.rows),
        ]);
        all.push(...ofSums.rows);
      }
      expect(all).not.toEqual([]);
    });
  });
});

test.each([
  [{}, 1],
  [{ rows: "54" }, 19 / 72],
])(
  "choices %j: some five minutes of an even traffic stand for all of it",
  async (filters, most) => {
    const choices = panels.get("choices") as Panel;
    const window = { sinceMs: evenMs, untilMs: evenMs + SIX_HOURS_MS };
    const { rows } = await runPanel(system.store, choices, { ...window, filters });
    const told = rows.map((row) => [
      row["endpoint"],
      row["weighed"],
      row["left_out"],
      row["picked"],
    ]);
    expect(told).toEqual([
      ["http://a:1", 216, 0, 144],
      ["http://b:2", 216, 0, 72],
    ]);
    for (const { counted } of rows) expect(counted).toBeLessThanOrEqual(most);
  },
);

test.each([
  { name: "all", fromS: 0, toS: 21_600, limit: 1 },
  { name: "fewer than asked for", fromS: 0, toS: 3600, limit: 100 },
  { name: "parts of buckets at both ends", fromS: 61.001, toS: 18_001.001, limit: 30 },
  { name: "a minute", fromS: 0, toS: 60, limit: 2 },
  { name: "none", fromS: 21_600, toS: 25_200, limit: 5 },
])("the slowest are those of the rows: $name", async ({ fromS, toS, limit }) => {
  const slowest = panels.get("slowest") as Panel;
  const window = { sinceMs: unevenMs + fromS * 1000, untilMs: unevenMs + toS * 1000 };
  const filters = { limit: String(limit) };
  const { rows } = await runPanel(system.store, slowest, { ...window, filters });
  const truth = await system.store.query(
    `SELECT duration_ns FROM requests
     WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
     ORDER BY duration_ns DESC LIMIT {limit:UInt32}`,
    { since: new Date(window.sinceMs), until: new Date(window.untilMs), limit },
  );
  expect(rows.map(({ duration_ns }) => ({ duration_ns }))).toEqual(truth.rows);
});

test.each(["abc", "-1", "1.5", "1e30", "7) OR (1"])("no %s days are looked back", async (days) => {
  const callers = panels.get("new-callers") as Panel;
  for (const window of Object.values(WINDOWS)) {
    const asked = runPanel(system.store, callers, { ...window, filters: { days } });
    await expect(asked).rejects.toThrow(/days|UInt32/);
  }
});
