// Service level objectives in force over HTTP: what is left of each budget, and how fast it burns.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadAlerts } from "../../src/alerts/load-alerts.ts";
import { adminParts, startTestAdmin, temporaryFolder } from "./support/admin-kit.ts";

test("SLOs in force say what is left, and how fast each window burns", async () => {
  const file = join(temporaryFolder(), "alerts.yaml");
  writeFileSync(file, "slos:\n  - { route: orders, objective: 99, latency: 300ms, window: 7d }\n");
  const loaded = loadAlerts(file, { panels: new Map(), routes: ["orders"], env: {} });
  expect(loaded.faults).toEqual([]);
  const asked: (readonly number[])[] = [];
  const { url } = await startTestAdmin({
    store: () => ({}) as never,
    storeHealth: () => ({ kind: "embedded", state: "ready", sinceMs: 0, error: null }),
    alerting: {
      ...adminParts().alerting,
      loaded: () => loaded,
      good: (_, windowsMs) => {
        asked.push(windowsMs);
        return Promise.resolve(windowsMs.map((_ms, at) => ({ requests: 1000, bad: at * 10 })));
      },
    },
  });
  const { slos } = (await (await fetch(`${url}/api/v1/slos`)).json()) as { slos: unknown[] };
  const [five, half, hour, two, six, days] = [5, 30, 60, 120, 360, 4320].map((m) => m * 60_000);
  expect(asked).toEqual([[7 * 86_400_000, five, half, hour, two, six, days]]);
  const counts = (at: number) => ({
    requests: 1000,
    bad: at * 10,
    rate: expect.closeTo(at, 6) as number,
  });
  expect(slos).toEqual([
    {
      route: "orders",
      objective: 99,
      latency_ms: 300,
      window: "7d",
      requests: 1000,
      bad: 0,
      budget_left: 1,
      burn: [
        { window: "5m", limit: 14.4, ...counts(1) },
        { window: "30m", limit: 6, ...counts(2) },
        { window: "1h", limit: 14.4, ...counts(3) },
        { window: "2h", limit: 1, ...counts(4) },
        { window: "6h", limit: 6, ...counts(5) },
        { window: "3d", limit: 1, ...counts(6) },
      ],
      firing: [],
    },
  ]);
});
