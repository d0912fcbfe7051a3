// Load in stripes, slots across reloads, and one clock for all threads.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { createSharedClock } from "../../src/balancer/shared-clock.ts";
import { createSharedMemory, FIELD, SharedState, STRIPE } from "../../src/balancer/shared-state.ts";
import { createSlotTable } from "../../src/balancer/slot-table.ts";
import { createTestPool, serviceOptions } from "./test-pool.ts";

test("workers see each other's load, and a dead worker's is taken away", () => {
  const pool = createTestPool({ policy: "least-connections", weights: [1, 1], workers: 2 });
  const context = { routeId: 0, hash: 0, tried: [] };
  const picks = Array.from({ length: 10 }, (_, at) => pool.pools[at % 2]!.lease(context, 1)!.index);
  expect(picks.filter((index) => index === 0)).toHaveLength(5);
  pool.shared.resetWorker(1);
  const loads = pool.describe().map(({ inflight }) => inflight);
  expect(loads.reduce((sum, load) => sum + load, 0)).toBe(5);
});

test("an endpoint keeps its slot and what is known of it across reloads", () => {
  const shared = new SharedState(createSharedMemory({ workers: 1, capacity: 4 }));
  const table = createSlotTable(shared);
  const before = table.assign({ orders: serviceOptions("random", [1, 1]) }, 0)["orders"]!;
  shared.write(before.endpoints[0]!, FIELD.estimateNs, 5);
  const after = table.assign({ orders: serviceOptions("hash", [3, 1, 1]) }, 9)["orders"]!;
  expect(after.endpoints.slice(0, 2)).toEqual(before.endpoints);
  expect(shared.read(after.endpoints[0]!, FIELD.estimateNs)).toBe(5);
  const tooMany = { orders: serviceOptions("hash", [1, 1, 1, 1]) };
  expect(() => table.assign(tooMany, 9)).toThrow("need 5 balancer slots, but there are 4");
});

test("a freed slot with an attempt in flight is not given out while another is free", () => {
  const shared = new SharedState(createSharedMemory({ workers: 1, capacity: 3 }));
  const table = createSlotTable(shared);
  const [busy] = table.assign({ a: serviceOptions("hash", [1]) }, 0)["a"]!.endpoints;
  shared.begin(0, busy!, 1);
  table.assign({}, 1);
  const next = table.assign({ b: serviceOptions("hash", [1]) }, 2)["b"]!;
  expect([next.service, ...next.endpoints]).not.toContain(busy);
});

test("an assignment that is taken back frees and gives nothing", () => {
  const shared = new SharedState(createSharedMemory({ workers: 1, capacity: 8 }));
  const table = createSlotTable(shared);
  const first = { orders: serviceOptions("hash", [1, 1]) };
  const before = table.assign(first, 0);
  for (let refused = 0; refused < 5; refused++) {
    table.assign({ other: serviceOptions("hash", [1, 1, 1]) }, 1);
    table.undo();
  }
  const more = table.assign({ ...first, more: serviceOptions("hash", [1, 1, 1, 1]) }, 2);
  expect(more["orders"]).toEqual(before["orders"]);
  const slots = Object.values(more).flatMap(({ service, endpoints }) => [service, ...endpoints]);
  expect(new Set(slots).size).toBe(8);
});

test("another thread reads the same time and sees the same memory", async () => {
  const memory = createSharedMemory({ workers: 2, capacity: 2 });
  const clock = createSharedClock(memory);
  const folder = new URL("../../src/balancer/", import.meta.url).href;
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    (async () => {
      const { createSharedClock } = await import("${folder}shared-clock.ts");
      const { SharedState } = await import("${folder}shared-state.ts");
      new SharedState(workerData).begin(1, 1, 7);
      parentPort.postMessage(createSharedClock(workerData).nowNs());
    })();`;
  const beforeNs = clock.nowNs();
  const worker = new Worker(code, { eval: true, workerData: memory });
  const [workerNs] = await once(worker, "message");
  await worker.terminate();
  expect(workerNs).toBeGreaterThan(beforeNs - 1e6);
  expect(workerNs).toBeLessThan(clock.nowNs() + 1e6);
  expect(new SharedState(memory).total(1, STRIPE.inflight)).toBe(1);
});
