// How the pickers do before imagined replicas: what adaptive is for, shown with numbers.
import { describe, expect, test } from "vitest";
import {
  fairShare,
  quantileMs,
  type Replica,
  type SimulatedRequest,
  simulate,
  type SimulationOptions,
} from "./simulator.ts";

const TEN = Array.from({ length: 10 }, () => 1);
/** 10 replicas of 4 cores at 40 ms: 300 requests a second load them by a third, 600 by 60 %. */
const BASE = { weights: TEN, requestsPerSecond: 300, seconds: 40 };
const SICK = 3;

function run(options: Partial<SimulationOptions> & Pick<SimulationOptions, "policy">) {
  return simulate({ ...BASE, ...options });
}

function change(atSeconds: number, changed: Partial<Replica>) {
  return {
    atSeconds,
    apply: (replicas: Replica[]) => void Object.assign(replicas[SICK]!, changed),
  };
}

function share(requests: readonly SimulatedRequest[], from: number, to: number): number {
  return fairShare(requests, SICK, { from, to, replicas: TEN.length });
}

test("the same seed gives the same run", () => {
  const once = run({ policy: "adaptive", seconds: 5, seed: 7 });
  expect(run({ policy: "adaptive", seconds: 5, seed: 7 })).toEqual(once);
  expect(run({ policy: "adaptive", seconds: 5, seed: 8 })).not.toEqual(once);
});

describe("one of ten is ten times slower", () => {
  const events = [change(0, { speed: 0.1 })];
  const healthy = quantileMs(run({ policy: "adaptive" }), 0.99);

  test("adaptive keeps the 99th percentile, round-robin loses it", () => {
    expect(quantileMs(run({ policy: "adaptive", events }), 0.99)).toBeLessThan(1.1 * healthy);
    expect(quantileMs(run({ policy: "round-robin", events }), 0.99)).toBeGreaterThan(8 * healthy);
  });

  // In ten seconds a replica that was never sick gets 0.76 to 1.24 of its share by chance (seeds 1
  // to 10, 200 to 300 a second), so one run proves nothing: the mean of the first five does.
  test.each([200, 300, 600])("mended, at %d/s, it has its share within ten seconds", (rate) => {
    const mended = [...events, change(20, { speed: 1 })];
    const shares = [1, 2, 3, 4, 5].map((seed) => {
      const requests = run({ policy: "adaptive", requestsPerSecond: rate, events: mended, seed });
      expect(share(requests, 10, 20)).toBeLessThan(0.2);
      return share(requests, 30, 40);
    });
    const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.8);
    expect(mean).toBeLessThan(1.2);
  });
});

describe("fail-fast is no sinkhole", () => {
  test.each([1, 0.5])("an endpoint that fails %d of its requests", (fails) => {
    const requests = run({ policy: "adaptive", events: [change(5, { fails })] });
    expect(share(requests, 5, 40)).toBeLessThan(0.2);
  });

  test("and is back within ten seconds and its back-off", () => {
    const events = [change(5, { fails: 1 }), change(12, { fails: 0 })];
    const requests = run({ policy: "adaptive", events });
    expect(share(requests, 5, 12)).toBeLessThan(0.2);
    expect(share(requests, 30, 40)).toBeGreaterThan(0.8);
  });
});

test("a frozen endpoint is given at most what it had in flight and three more", () => {
  for (const requestsPerSecond of [200, 300, 600]) {
    const events = [change(15, { speed: 0 }), change(17, { speed: 1 })];
    const requests = run({ policy: "adaptive", requestsPerSecond, seconds: 20, events });
    const its = requests.filter(({ replica }) => replica === SICK);
    const before = its.filter(
      ({ startSeconds, latencyMs }) => startSeconds < 15 && startSeconds + latencyMs / 1000 >= 15,
    );
    const sent = its.filter(({ startSeconds }) => startSeconds >= 15 && startSeconds < 17);
    expect(sent.length).toBeLessThanOrEqual(before.length + 3);
  }
});

// Where nothing is wrong, estimates are only noise, and adaptive loses by as much as it heeds them.
// Means over seeds 1 to 5, median and 99th percentile: 0.0 and 0.2 % at 60 % load, 0.1 and 0.1 at 70,
// 0.2 and 0.4 at 80, 0.5 and 1.0 at 90. With estimates and ages taken at their face it was 1 to 12 %.
test.each([
  { rate: 300, most: 1.01 },
  { rate: 600, most: 1.02 },
  { rate: 900, most: 1.05 },
])("a healthy fleet at $rate/s: at most $most of least-connections", ({ rate, most }) => {
  const options = { requestsPerSecond: rate, seconds: 60 };
  const adaptive = run({ policy: "adaptive", ...options });
  const reference = run({ policy: "least-connections", ...options });
  for (const quantile of [0.5, 0.9, 0.99]) {
    expect(quantileMs(adaptive, quantile) / quantileMs(reference, quantile)).toBeLessThan(most);
  }
});

test("an endpoint that joins is held to its share while young, however fast", () => {
  const join = {
    atSeconds: 10,
    apply: (replicas: Replica[], pool: { join: (index: number) => void }) => {
      pool.join(SICK);
      replicas[SICK]!.speed = 4;
    },
  };
  const requests = run({ policy: "adaptive", seconds: 40, events: [join] });
  expect(share(requests, 10, 20)).toBeLessThanOrEqual(1.02);
  expect(share(requests, 25, 40)).toBeGreaterThan(1.5);
});

test("a route that takes long does not make its endpoints look slow", () => {
  const requests = run({ policy: "adaptive", workMs: [4, 200], seconds: 60 });
  for (let replica = 0; replica < TEN.length; replica++) {
    const its = fairShare(requests, replica, { from: 10, to: 60, replicas: TEN.length });
    expect(its).toBeGreaterThan(0.7);
    expect(its).toBeLessThan(1.3);
  }
});

test("workers that share their load do as well as one", () => {
  const events = [change(0, { speed: 0.2 })];
  const one = run({ policy: "least-connections", requestsPerSecond: 600, events });
  const four = run({ policy: "least-connections", requestsPerSecond: 600, events, workers: 4 });
  for (const quantile of [0.5, 0.9, 0.99]) {
    expect(quantileMs(four, quantile) / quantileMs(one, quantile)).toBeLessThan(1.1);
  }
  const adaptive = run({ policy: "adaptive", requestsPerSecond: 600, events, workers: 4 });
  expect(quantileMs(adaptive, 0.99)).toBeLessThan(quantileMs(four, 0.99));
});
