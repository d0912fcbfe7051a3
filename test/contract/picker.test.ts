// What every picker must do, whatever it goes by: run by all eight through the pool they work in.
import { describe, expect, test } from "vitest";
import { BALANCE_POLICIES } from "../../src/balancer/options.ts";
import type { Lease } from "../../src/balancer/lease.ts";
import { createTestPool, MS, type TestPool } from "../balancer/test-pool.ts";

/** `count` requests one after the other, each settled after 10 ms; how often each endpoint was picked. */
function shares(pool: TestPool, count: number): number[] {
  const picks = pool.endpoints.map(() => 0);
  for (let request = 0; request < count; request++) {
    const lease = pool.lease();
    if (lease === null) throw new Error("no endpoint");
    picks[lease.index] = (picks[lease.index] ?? 0) + 1;
    pool.advance(10 * MS);
    lease.settle("ok", pool.nowNs());
  }
  return picks;
}

function failInARow(pool: TestPool, index: number): void {
  const others = pool.endpoints.map((_, at) => at).filter((at) => at !== index);
  for (let failure = 0; failure < 5; failure++) {
    const lease = pool.lease({ tried: others });
    expect(lease?.index).toBe(index);
    pool.advance(MS);
    lease?.settle("failed", pool.nowNs());
  }
}

describe.each(BALANCE_POLICIES)("%s", (policy) => {
  test("picks the only endpoint, and none where there is none", () => {
    expect(createTestPool({ policy, weights: [1] }).lease()?.index).toBe(0);
    expect(createTestPool({ policy, weights: [] }).lease()).toBeNull();
  });

  test("uses every endpoint when many requests are in flight", () => {
    const pool = createTestPool({ policy, weights: [1, 1, 1, 1] });
    const seen = new Set<number>();
    for (let request = 0; request < 200; request++) seen.add(pool.lease()?.index ?? -1);
    expect([...seen].sort(byNumber)).toEqual([0, 1, 2, 3]);
  });

  test("gives weight 0 nothing, not even as the last resort", () => {
    const pool = createTestPool({ policy, weights: [1, 0, 1] });
    expect(shares(pool, 100)[1]).toBe(0);
    expect(pool.lease({ tried: [0, 2] })).toBeNull();
  });

  test("does not pick what was tried", () => {
    const pool = createTestPool({ policy, weights: [1, 2, 3, 4] });
    for (let request = 0; request < 50; request++) {
      const tried: number[] = [];
      for (let attempt = 0; attempt < 4; attempt++) tried.push(pool.lease({ tried })?.index ?? -1);
      expect(tried.toSorted(byNumber)).toEqual([0, 1, 2, 3]);
      expect(pool.lease({ tried })).toBeNull();
    }
  });

  test("skips an ejected endpoint, and takes it back after one good trial", () => {
    const pool = createTestPool({ policy, weights: [1, 1, 1, 1] });
    failInARow(pool, 2);
    expect(shares(pool, 70)[2]).toBe(0);
    pool.advance(1300 * MS);
    const leases: Lease[] = [];
    for (let request = 0; request < 300; request++) {
      const lease = pool.lease();
      if (lease !== null) leases.push(lease);
    }
    expect(leases.filter((lease) => lease.index === 2)).toHaveLength(1);
    pool.advance(10 * MS);
    for (const lease of leases) lease.settle("ok", pool.nowNs());
    const after = Array.from({ length: 200 }, () => pool.lease()?.index);
    expect(after.filter((index) => index === 2).length).toBeGreaterThan(10);
  });

  test("uses ejected endpoints where nothing else is left", () => {
    const pool = createTestPool({ policy, weights: [1, 1] });
    failInARow(pool, 0);
    expect(pool.lease({ tried: [1] })?.index).toBe(0);
  });

  test("shows the candidates, the picked first and the scores in order", () => {
    const pool = createTestPool({ policy, weights: Array.from({ length: 12 }, () => 1) });
    for (let request = 0; request < 40; request++) {
      const lease = pool.lease();
      expect(lease?.candidates).toHaveLength(8);
      expect(lease?.candidates[0]).toBe(lease?.endpoint.url);
      expect(new Set(lease?.candidates).size).toBe(8);
      expect(lease?.scores).toEqual(lease?.scores.toSorted(byNumber));
      expect(lease?.inflight).toHaveLength(8);
    }
  });

  test("frees the load it counted, however an attempt ends and however often", () => {
    const pool = createTestPool({ policy, weights: [1, 1, 1] });
    for (const outcome of ["ok", "failed", "aborted"] as const) {
      const lease = pool.lease();
      if (outcome === "ok") lease?.firstByte(pool.nowNs(), 200);
      lease?.settle(outcome, pool.nowNs());
      lease?.settle("failed", pool.nowNs());
      lease?.firstByte(pool.nowNs(), 200);
    }
    expect(pool.describe().map((endpoint) => endpoint.inflight)).toEqual([0, 0, 0]);
    expect(sum(pool.describe().map((endpoint) => endpoint.ok_total))).toBe(1);
    expect(sum(pool.describe().map((endpoint) => endpoint.failed_total))).toBe(1);
  });
});

const WEIGHTED = BALANCE_POLICIES.filter((policy) => policy !== "round-robin");

test.each(WEIGHTED)("%s gives load in proportion to weight", (policy) => {
  const pool = createTestPool({ policy, weights: [1, 2, 5] });
  const picks = [0, 0, 0];
  for (let request = 0; request < 8000; request++) {
    const index = pool.lease()?.index ?? 0;
    picks[index] = (picks[index] ?? 0) + 1;
  }
  const [one = 0, two = 0, five = 0] = picks;
  expect([one / 1000, two / 2000, five / 5000].every((share) => Math.abs(share - 1) < 0.1)).toBe(
    true,
  );
});

const BY_LOAD = ["adaptive", "least-connections", "least-response-time"] as const;

test.each(BY_LOAD)("%s shares requests that come one at a time by weight too", (policy) => {
  const pool = createTestPool({ policy, weights: [1, 2, 5] });
  const picked = Array.from({ length: 8000 }, () => {
    const lease = pool.lease()!;
    pool.advance(10 * MS);
    lease.firstByte(pool.nowNs(), 200);
    lease.settle("ok", pool.nowNs());
    return lease.index;
  });
  [1, 2, 5].forEach((weight, index) => {
    const count = picked.filter((one) => one === index).length;
    expect(Math.abs(count / (weight * 1000) - 1)).toBeLessThan(0.15);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function byNumber(one: number, other: number): number {
  return one - other;
}
