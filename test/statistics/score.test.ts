// Weights from rollups: bounded, cautious about few samples, harsh on failures.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scoreUpstreams, type UpstreamRow } from "../../src/statistics/score.ts";

function row(upstream: string, given: Partial<UpstreamRow> = {}): UpstreamRow {
  return { service: "orders", upstream, attempts: 10_000, failures: 0, mean_ns: 40e6, ...given };
}

function weights(rows: readonly UpstreamRow[], bound = 2): Record<string, number> {
  return Object.fromEntries(
    scoreUpstreams(rows, bound).map(({ upstream, weight }) => [upstream, weight]),
  );
}

describe("scoreUpstreams", () => {
  test.each<{ title: string; b: Partial<UpstreamRow>; least: number; most: number }>([
    { title: "alike is neutral", b: {}, least: 0.999, most: 1.001 },
    { title: "twice as slow sheds some", b: { mean_ns: 80e6 }, least: 0.8, most: 0.9 },
    {
      title: "a hundred times as slow stops at the bound",
      b: { mean_ns: 4e9 },
      least: 0.5,
      most: 0.5,
    },
    {
      title: "fast failures are no merit",
      b: { mean_ns: 1e6, failures: 10_000 },
      least: 0.5,
      most: 0.6,
    },
    { title: "few samples say little", b: { mean_ns: 4e9, attempts: 3 }, least: 0.9, most: 1 },
  ])("$title", ({ b, least, most }) => {
    const scored = weights([row("a"), row("b", b)]);
    expect(scored["b"]).toBeGreaterThanOrEqual(least);
    expect(scored["b"]).toBeLessThanOrEqual(most);
  });

  test("a faster one draws traffic", () => {
    expect(weights([row("a"), row("b", { mean_ns: 20e6 })])["b"]).toBeGreaterThan(1.1);
  });

  test("services are judged apart", () => {
    const other = row("c", { service: "payments", mean_ns: 9e9 });
    const scored = Object.values(weights([row("a"), row("b"), other]));
    expect(scored.map((weight) => weight.toFixed(6))).toEqual(["1.000000", "1.000000", "1.000000"]);
  });

  test("rows without usable numbers are left out", () => {
    const bad = [
      row("a", { attempts: 0 }),
      row("b", { mean_ns: Number.NaN }),
      row("c", { failures: 10_001 }),
      row("d", { mean_ns: Infinity }),
      row("e", { mean_ns: 0 }),
    ];
    expect(scoreUpstreams(bad, 2)).toEqual([]);
  });

  test("stays within the bound, whatever the rows", () => {
    const rows = fc.array(
      fc.record({
        service: fc.constantFrom("orders", "payments"),
        upstream: fc.string(),
        attempts: fc.double(),
        failures: fc.double(),
        mean_ns: fc.double(),
      }),
    );
    fc.assert(
      fc.property(rows, fc.double({ min: 1, max: 10, noNaN: true }), (some, bound) => {
        for (const { weight } of scoreUpstreams(some, bound)) {
          expect(weight).toBeGreaterThanOrEqual(1 / bound);
          expect(weight).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });
});
