// Polling publishes into shared memory, and a failing store changes nothing but the passing of time.
import { expect, test } from "vitest";
import { describeServices } from "../../src/balancer/describe.ts";
import { createSharedMemory, SharedState } from "../../src/balancer/shared-state.ts";
import { createSlotTable } from "../../src/balancer/slot-table.ts";
import { createLog } from "../../src/core/log.ts";
import { createStatisticsPoll } from "../../src/statistics/poll.ts";
import type { UpstreamRow } from "../../src/statistics/score.ts";
import { SECOND, serviceOptions } from "../balancer/test-pool.ts";

const SLOW = "http://127.0.0.1:4002";

function createRig(query: () => Promise<readonly UpstreamRow[]>) {
  const shared = new SharedState(createSharedMemory({ workers: 1, capacity: 4 }));
  const services = { orders: serviceOptions("adaptive", [1, 1]) };
  const slots = createSlotTable(shared).assign(services, 0);
  const time = { nowNs: 100 * SECOND };
  const lines: string[] = [];
  const poll = createStatisticsPoll({
    options: () => ({ interval_ms: 1, bound: 2, fade_ms: 60_000 }),
    query,
    current: () => ({ services, slots }),
    shared,
    clock: { nowNs: () => time.nowNs, wallMs: () => 0 },
    log: createLog("info", (line) => lines.push(line)),
  });
  const weights = (): number[] =>
    describeServices({ services, slots, shared, nowNs: time.nowNs })[0]!.endpoints.map(
      (endpoint) => endpoint.statistics_weight,
    );
  return { poll, time, lines, weights };
}

function rows(): UpstreamRow[] {
  const common = { service: "orders", attempts: 1e6, failures: 0 };
  return [
    { ...common, upstream: "http://127.0.0.1:4001", mean_ns: 1e6 },
    { ...common, upstream: SLOW, mean_ns: 1e9 },
    { ...common, upstream: "http://gone:1", mean_ns: 1e6 },
    { ...common, service: "gone", upstream: SLOW, mean_ns: 1e6 },
  ];
}

test("publishes weights that fade to neutral", async () => {
  const { poll, time, weights } = createRig(async () => rows());
  expect(weights()).toEqual([1, 1]);
  expect(await poll.once()).toBe(true);
  expect(weights()).toEqual([2, 0.5]);
  time.nowNs += 30 * SECOND;
  expect(weights()).toEqual([1.5, 0.75]);
  time.nowNs += 31 * SECOND;
  expect(weights()).toEqual([1, 1]);
});

test("a failing store is said once, and once that it is back", async () => {
  let works = false;
  const { poll, lines, weights } = createRig(async () => {
    if (!works) throw new Error("connection refused");
    return rows();
  });
  expect(await poll.once()).toBe(false);
  expect(await poll.once()).toBe(false);
  expect(weights()).toEqual([1, 1]);
  works = true;
  await poll.once();
  await poll.once();
  expect(lines.map((line) => JSON.parse(line).event)).toEqual([
    "statistics_unavailable",
    "statistics_recovered",
  ]);
});

test("goes on at intervals until stopped", async () => {
  let rounds = 0;
  let reachThird = (): void => undefined;
  const third = new Promise<void>((resolve) => {
    reachThird = resolve;
  });
  const { poll } = createRig(async () => {
    if (++rounds === 3) reachThird();
    return [];
  });
  poll.start();
  poll.start();
  await third;
  poll.stop();
  const stoppedAt = rounds;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(rounds).toBe(stoppedAt);
});
