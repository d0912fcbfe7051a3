// What another replica wrote into the one store shifts this one's weights: bounded, and not for long.
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeServices } from "../../src/balancer/describe.ts";
import { createSharedClock } from "../../src/balancer/shared-clock.ts";
import { createSharedMemory, FIELD, SharedState } from "../../src/balancer/shared-state.ts";
import { createSlotTable } from "../../src/balancer/slot-table.ts";
import { createStatistics } from "../../src/control/statistics.ts";
import { createLog } from "../../src/core/log.ts";
import type { Store } from "../../src/store/client.ts";
import { createStore } from "../../src/store/client.ts";
import { serviceOptions } from "../balancer/test-pool.ts";
import { batch, line, startTestStore, timestamp, type TestStore } from "../store/support.ts";

const BOUND = 2;
const FADE_NS = 60e9;
const FAST = "http://127.0.0.1:4001";
const SLOW = "http://127.0.0.1:4002";

let system: TestStore;

beforeAll(async () => {
  system = await startTestStore();
});
afterAll(() => system.end());

function createRig(store: () => Store | null) {
  const memory = createSharedMemory({ workers: 1, capacity: 8 });
  const shared = new SharedState(memory);
  const services = { orders: serviceOptions("adaptive", [1, 1]) };
  const slots = createSlotTable(shared).assign(services, 0);
  const lines: string[] = [];
  const statistics = createStatistics({
    dataPlane: { memory, shared, balanced: () => ({ services, slots }) },
    store,
    options: () => ({ interval_ms: 5, bound: BOUND, fade_ms: FADE_NS / 1e6 }),
    log: createLog("info", (text) => lines.push(text)),
  });
  const { nowNs } = createSharedClock(memory);
  const weightsAt = (atNs: number): number[] =>
    describeServices({ services, slots, shared, nowNs: atNs })[0]!.endpoints.map(
      (endpoint) => endpoint.statistics_weight,
    );
  const weights = (): number[] => weightsAt(nowNs());
  /** So long after they were published. */
  const fadedBy = (ns: number): number[] =>
    weightsAt(shared.read(slots["orders"]!.endpoints[0]!, FIELD.statisticsAtNs) + ns);
  return { statistics, weights, fadedBy, weightsAt, nowNs, lines };
}

interface Attempts {
  readonly upstream: string;
  readonly durationNs: number;
  readonly ageMs: number;
}

/** 300 requests that another weir sent. */
async function elsewhere(name: string, { upstream, durationNs, ageMs }: Attempts): Promise<void> {
  const row = line({
    instance: "another-replica",
    service: "orders",
    started_at: timestamp(Date.now() - ageMs),
    attempt_upstream: [upstream],
    attempt_span_id: ["00f067aa0ba902b7"],
    attempt_started_ns: [0],
    attempt_duration_ns: [durationNs],
    attempt_status: [200],
    attempt_error: [""],
  });
  const lines = Array.from({ length: 300 }, () => row);
  expect(await system.store.write(batch(name, lines))).toEqual({ kind: "stored" });
}

test("rows of another replica shift weights within the bound, and the shift fades", async () => {
  const { statistics, weights, fadedBy } = createRig(() => system.store);
  await elsewhere("long-ago", { upstream: FAST, durationNs: 60e9, ageMs: 3_600_000 });
  expect(await statistics.once()).toBe(true);
  expect(weights()).toEqual([1, 1]);

  await elsewhere("fast", { upstream: FAST, durationNs: 1e6, ageMs: 1_000 });
  await elsewhere("slow", { upstream: SLOW, durationNs: 900e6, ageMs: 1_000 });
  await statistics.once();
  const [fast = 0, slow = 0] = fadedBy(0);
  expect(fast).toBeGreaterThan(1.9);
  expect(fast).toBeLessThanOrEqual(BOUND);
  expect(slow).toBeLessThan(0.55);
  expect(slow).toBeGreaterThanOrEqual(1 / BOUND);

  const [halfway = 0] = fadedBy(FADE_NS / 2);
  expect(halfway).toBeGreaterThan(1.4);
  expect(halfway).toBeLessThan(1.55);
  expect(fadedBy(FADE_NS)).toEqual([1, 1]);
});

test("a store that is not there yet is no news", async () => {
  const { statistics, weights, lines } = createRig(() => null);
  expect(await statistics.once()).toBe(true);
  expect(weights()).toEqual([1, 1]);
  expect(lines).toEqual([]);
});

test("a store that fails changes no weight, and stopping ends the rounds", async () => {
  let store: Store | null = null;
  const { statistics, weightsAt, nowNs, lines } = createRig(() => store);
  await elsewhere("before", { upstream: SLOW, durationNs: 900e6, ageMs: 1_000 });
  store = system.store;
  await statistics.once();
  const laterNs = nowNs() + FADE_NS / 2;
  const before = weightsAt(laterNs);
  expect(before[1]).toBeLessThan(0.9);
  store = createStore({ url: "http://127.0.0.1:1/weir" });
  expect(await statistics.once()).toBe(false);
  expect(weightsAt(laterNs)).toEqual(before);
  statistics.stop();
  expect(lines.map((text) => JSON.parse(text).event)).toEqual(["statistics_unavailable"]);
  await store.close();
});
