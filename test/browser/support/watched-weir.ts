// A real admin server over a real store with known traffic, real alert rules that look at it, and endpoints to take out.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAdmin } from "../../../src/admin/server.ts";
import { type Alerts, createAlerts } from "../../../src/alerts/alerts.ts";
import { createAskRows } from "../../../src/alerts/ask-rows.ts";
import { askGood } from "../../../src/alerts/ask-slo.ts";
import { loadAlerts } from "../../../src/alerts/load-alerts.ts";
import { StatusRows } from "../../../src/alerts/status-rows.ts";
import { describeServices } from "../../../src/balancer/describe.ts";
import { createSharedClock } from "../../../src/balancer/shared-clock.ts";
import { createSharedMemory, SharedState } from "../../../src/balancer/shared-state.ts";
import { createSlotTable } from "../../../src/balancer/slot-table.ts";
import { createHolds } from "../../../src/control/holds.ts";
import { silentLog } from "../../../src/core/log.ts";
import { loadDashboards } from "../../../src/store/dashboards.ts";
import { adminParts } from "../../admin/support/admin-kit.ts";
import { serviceOptions } from "../../balancer/test-pool.ts";
import { knownTraffic } from "../../store/panels/known-traffic.ts";
import { startTestStore } from "../../store/support.ts";

const HOUR_MS = 3_600_000;
/** Within six hours, which rules look at, and at any minute out of the two hours of a slow burn. */
const HOURS_AGO = 4;

const ALERTS = `notify:
  - { name: ops, kind: webhook, url: "http://127.0.0.1:9/hook" }
group: { wait: 1h }
slos:
  - { route: orders, objective: 99, latency: 300ms, window: 7d }
  - { route: admin, objective: 99.9, window: 30d }
rules:
  - name: route-errors
    question: Which routes fail?
    panel: routes
    window: 6h
    when: [ error_share > 0.05, requests >= 5 ]
    by: [ route ]
    every: 1s
    severity: page
    annotations: { summary: "{{route}}: {{error_share}} of {{requests}} requests fail" }
    runbook: https://ops.example/runbooks/errors
  - { name: many-denials, panel: summary, window: 6h, when: denied > 2, for: 7d, every: 1s }
`;

export interface WatchedWeir {
  readonly url: string;
  readonly alerts: Alerts;
  /** Actions of audit rows, newest last. */
  readonly changes: string[];
  /** When the known hour began. */
  readonly sinceMs: number;
  setAway: (isAway: boolean) => void;
  readonly close: () => Promise<void>;
}

/** Resolves once each rule has looked. */
export async function startWatchedWeir(): Promise<WatchedWeir> {
  const folder = mkdtempSync(join(tmpdir(), "weir-watched-"));
  const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOURS_AGO * HOUR_MS;
  const system = await startTestStore();
  await system.store.write(knownTraffic(sinceMs));
  let isAway = false;
  const changes: string[] = [];
  const alerting = alertingOf(folder, () => system.store);
  const endpoints = endpointsOf(folder);
  const admin = await startAdmin(
    adminParts({
      ...endpoints.parts,
      store: () => system.store,
      storeHealth: () => ({
        kind: "embedded",
        state: isAway ? "down" : "ready",
        sinceMs,
        error: isAway ? "connect ECONNREFUSED" : null,
      }),
      audit: {
        writable: () => true,
        write: ({ action }) => changes.push(action) > 0,
      },
      alerting,
      ui: join(import.meta.dirname, "../../../dashboards/web/dist"),
    }),
  );
  alerting.start();
  await allLooked(alerting);
  return {
    url: `http://127.0.0.1:${admin.address.port}/`,
    alerts: alerting,
    changes,
    sinceMs,
    setAway: (next) => void (isAway = next),
    close: async () => {
      endpoints.close();
      await alerting.stop();
      await admin.close();
      await system.end();
      rmSync(folder, { recursive: true });
    },
  };
}

type Store = Parameters<typeof askGood>[0];

function alertingOf(folder: string, store: () => Store) {
  const { panels } = loadDashboards();
  const file = join(folder, "alerts.yaml");
  writeFileSync(file, ALERTS);
  const loaded = loadAlerts(file, { panels, routes: ["orders", "admin"], env: {} });
  const status = new StatusRows(() => ({
    certificates: [],
    spool: { usedBytes: 0, maxBytes: 1, droppedRows: 0, rejectedRows: 0, lagMs: 0 },
    store: { isDown: false, sinceMs: 0 },
    isReloaded: true,
  }));
  const ask = createAskRows({ panels: () => panels, status, store, grainSecondsAt: () => 10 });
  const alerts = createAlerts({
    loaded: () => loaded,
    ask,
    blind: () => null,
    isStarting: () => false,
    folder,
    instance: "test-1",
    changed: () => undefined,
    act: () => undefined,
    nowMs: Date.now,
    log: silentLog,
  });
  const good = (slo: Parameters<typeof askGood>[1], windowsMs: readonly number[]) => {
    const windows = windowsMs.map((windowMs) => ({ windowMs, leastGrainSeconds: 10 }));
    return askGood(store(), slo, { untilMs: Date.now(), windows });
  };
  return { ...alerts, ask, good, loaded: () => loaded };
}

async function allLooked(alerts: Alerts): Promise<void> {
  const hasLooked = (): boolean => alerts.rules().every(({ state }) => state.lookedAtMs !== null);
  while (!hasLooked()) await new Promise((later) => setTimeout(later, 20));
}

/** A service of three. */
function endpointsOf(folder: string) {
  const memory = createSharedMemory({ workers: 1, capacity: 8 });
  const shared = new SharedState(memory);
  const services = { shop: serviceOptions("adaptive", [1, 1, 1]) };
  const balanced = { services, slots: createSlotTable(shared).assign(services, 0) };
  const clock = createSharedClock(memory);
  const holds = createHolds({
    reweigh: () => undefined,
    dataPlane: { shared, balanced: () => balanced },
    folder,
    clock,
    audit: { writeOwn: () => undefined },
    log: silentLog,
  });
  const described = () => describeServices({ ...balanced, shared, nowNs: clock.nowNs() });
  return { parts: { holds, services: described }, close: holds.stop };
}
