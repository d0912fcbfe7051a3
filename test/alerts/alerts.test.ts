// Alerts as a whole, in one process: what a restart keeps, what a store that is away leaves as it is, what a broken file costs.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Alerts, createAlerts } from "../../src/alerts/alerts.ts";
import { type LoadedAlerts, loadAlerts } from "../../src/alerts/load-alerts.ts";
import type { Row } from "../../src/alerts/rule.ts";
import type { Alert } from "../../src/alerts/rule-state.ts";
import { silentLog } from "../../src/core/log.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";

const RULE =
  "rules:\n  - { name: failing, panel: routes, when: errors > 1, by: [ route ], every: 1s }\n";
let folder = "";
let loaded: LoadedAlerts;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-alerts-"));
  const file = join(folder, "alerts.yaml");
  writeFileSync(file, RULE);
  const { panels } = loadDashboards();
  const { rules, ...rest } = loadAlerts(file, { panels, routes: [], env: {} });
  loaded = { ...rest, rules: rules.filter(({ name }) => name === "failing") };
});

afterAll(() => rmSync(folder, { recursive: true }));

interface World {
  rows: readonly Row[];
  blind: string | null;
  isStarting: boolean;
  nowMs: number;
  readonly changed: Alert[];
  readonly errors: string[];
}

function alertsIn(world: World): Alerts {
  return createAlerts({
    loaded: () => loaded,
    ask: () => Promise.resolve({ rows: world.rows, unitOf: () => "text" }),
    blind: () => world.blind,
    isStarting: () => world.isStarting,
    folder,
    instance: "test",
    changed: (alert) => void world.changed.push(alert),
    act: () => expect.fail("nothing is done here"),
    nowMs: () => world.nowMs,
    log: { ...silentLog, error: (event) => void world.errors.push(event) },
  });
}

const worldAt = (minute: number, world: Partial<World> = {}): World => {
  return {
    rows: [],
    blind: null,
    isStarting: false,
    nowMs: minute * 60_000,
    changed: [],
    errors: [],
    ...world,
  };
};

/** One look, and a whole stop. */
async function oneLook(world: World): Promise<Alerts> {
  const alerts = alertsIn(world);
  alerts.start();
  const hasLooked = (): boolean =>
    alerts.rules().every(({ state }) => state.lookedAtMs === world.nowMs);
  while (!hasLooked()) await sleep(1);
  await alerts.stop();
  return alerts;
}

const stateOf = (alerts: Alerts) => alerts.rules()[0]?.state;

const FOUND = [{ route: "orders", errors: 5 }];

test("a restart keeps what fires, a store that is away leaves it as it is, and an end is an end", async () => {
  const first = worldAt(1, { rows: FOUND });
  await oneLook(first);
  expect(first.changed.map(({ state }) => state)).toEqual(["firing"]);
  const again = worldAt(2, { rows: FOUND });
  await oneLook(again);
  expect(again.changed).toEqual([]);
  const away = worldAt(3, { blind: "the store is down" });
  const blind = await oneLook(away);
  expect(away.changed).toEqual([]);
  expect(stateOf(blind)).toMatchObject({
    unknownSinceMs: 180_000,
    unknownWhy: "the store is down",
    alerts: [{ state: "firing", firedAtMs: 60_000 }],
  });
  const still = await oneLook(worldAt(4, { blind: "the store is down" }));
  expect(stateOf(still)?.unknownSinceMs).toBe(180_000);
  const over = worldAt(5);
  expect(stateOf(await oneLook(over))?.unknownSinceMs).toBeNull();
  expect(over.changed).toMatchObject([{ state: "resolved", resolvedAtMs: 300_000 }]);
});

test("while the store has not come yet nothing is looked at, and a rule at once when it has", async () => {
  const world = worldAt(8, { isStarting: true, blind: "the store is starting", rows: FOUND });
  const alerts = alertsIn(world);
  const before = stateOf(alerts);
  alerts.start();
  // A turn a second: the first one is over by the second.
  await sleep(1_100);
  expect(stateOf(alerts)).toEqual(before);
  Object.assign(world, { isStarting: false, blind: null });
  await expect.poll(() => stateOf(alerts)?.lookedAtMs).toBe(world.nowMs);
  await alerts.stop();
  expect(world.changed.map(({ state }) => state)).toEqual(["firing"]);
});

test("an answer without the column that is named is no end", async () => {
  await oneLook(worldAt(10, { rows: FOUND }));
  const other = worldAt(11, { rows: [{ route: "orders", mistakes: 5 }] });
  const state = stateOf(await oneLook(other));
  expect(other.changed).toEqual([]);
  expect(state?.unknownWhy).toBe("the answer has no column errors; it has route, mistakes");
  expect(state?.alerts).toMatchObject([{ state: "firing" }]);
});

test("a clock that was set back keeps no rule waiting", async () => {
  await oneLook(worldAt(20));
  const back = await oneLook(worldAt(15));
  expect(stateOf(back)?.lookedAtMs).toBe(15 * 60_000);
});

test("silences are on disk for nobody else to read before they hold, and go when they are over", async () => {
  const world = worldAt(30, { rows: FOUND });
  const alerts = await oneLook(world);
  const silence = { id: "1", startsAtMs: 0, endsAtMs: 31 * 60_000, comment: "", createdBy: "" };
  expect(alerts.addSilence({ ...silence, matchers: { route: "ord*" } })).toBe(true);
  const after = await oneLook(world);
  const [alert] = stateOf(after)?.alerts ?? [];
  expect(alert && after.silencedBy(alert)).toEqual(["1"]);
  expect(statSync(join(folder, "alerts.json")).mode & 0o777).toBe(0o600);
  world.nowMs = 31 * 60_000;
  expect([after.silences(), alert && after.silencedBy(alert)]).toEqual([[], []]);
  expect(after.removeSilence("1")).toBeUndefined();
});

test("a broken file is said, and begun anew", async () => {
  const file = join(folder, "alerts.json");
  writeFileSync(file, readFileSync(file, "utf8").slice(0, 50));
  const world = worldAt(40, { rows: FOUND });
  await oneLook(world);
  expect(world.errors).toEqual(["alerts_not_read"]);
  expect(world.changed).toMatchObject([{ state: "firing" }]);
  const next = worldAt(41, { rows: FOUND });
  await oneLook(next);
  expect([next.errors, next.changed]).toEqual([[], []]);
});
