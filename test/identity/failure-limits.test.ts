// Token buckets for failures: their rate, who shares one, and that floods neither grow nor empty the table.
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/core/clock.ts";
import { createFailureCells, createFailureLimits } from "../../src/identity/failure-limits.ts";

class HandClock implements Clock {
  seconds = 0;
  readonly nowNs = (): number => this.seconds * 1e9;
  readonly wallMs = (): number => this.seconds * 1e3;
}

const RATES = { per_source_per_minute: 6, per_subject_per_minute: 3 };
const A = "192.0.2.1";
const B = "192.0.2.2";

function limits(clock = new HandClock(), cells = createFailureCells(), rates = RATES) {
  return { clock, cells, ...createFailureLimits(cells, rates, clock) };
}

const times = <T>(count: number, act: () => T): T[] => Array.from({ length: count }, act);

describe("a source", () => {
  it("has its tokens at once, then one for each part of the minute", () => {
    const { take, clock } = limits();
    expect(times(8, () => take(A))).toEqual([0, 0, 0, 0, 0, 0, 10, 10]);
    clock.seconds = 9;
    expect(take(A)).toBe(1);
    clock.seconds = 10;
    expect(times(2, () => take(A))).toEqual([0, 10]);
    clock.seconds = 1_000;
    expect(times(7, () => take(A)).at(-1)).toBe(10);
  });

  it("pays for itself alone", () => {
    const { take } = limits();
    times(50, () => take(A));
    expect(take(B)).toBe(0);
  });

  it("is the same for every worker", () => {
    const one = limits();
    const other = limits(one.clock, one.cells);
    times(3, () => one.take(A));
    times(3, () => other.take(A));
    expect([one.take(A), other.take(A)]).toEqual([10, 10]);
  });

  it("is without limit at 0", () => {
    const { takeBoth } = limits(undefined, undefined, {
      per_source_per_minute: 0,
      per_subject_per_minute: 0,
    });
    expect(times(1_000, () => takeBoth(A, "alice")).every((wait) => wait === 0)).toBe(true);
  });
});

describe("a subject", () => {
  it("is not kept out by one source that guesses, and that source is", () => {
    const { takeBoth } = limits();
    expect(times(5, () => takeBoth(A, "alice"))).toEqual([0, 0, 0, 20, 20]);
    expect([takeBoth(A, "bob"), takeBoth(B, "alice")]).toEqual([0, 0]);
  });

  it("has a bucket of its own, whatever the sources: ten times as large", () => {
    const { takeBoth } = limits();
    const sources = Array.from({ length: 31 }, (_, at) => `192.0.2.${at}`);
    const waits = sources.map((source) => takeBoth(source, "alice"));
    expect([waits.indexOf(2), waits.filter((wait) => wait > 0)]).toEqual([30, [2]]);
    expect(takeBoth(A, "bob")).toBe(0);
  });

  it("that is out of tokens costs the source none", () => {
    const { takeBoth, take } = limits();
    times(30, () => takeBoth(A, "alice"));
    expect(times(4, () => take(A))).toEqual([0, 0, 0, 10]);
    for (let at = 0; at < 30; at++) takeBoth(`198.51.100.${at}`, "carol");
    times(9, () => takeBoth(B, "carol"));
    expect(times(7, () => take(B))).toEqual([0, 0, 0, 0, 0, 0, 10]);
  });

  it("and source get back what was no failure", () => {
    const { takeBoth, giveBack } = limits();
    const waits = times(100, () => {
      const wait = takeBoth(A, "alice");
      giveBack(A, "alice");
      return wait;
    });
    expect(waits.every((wait) => wait === 0)).toBe(true);
  });
});

it("a flood of sources makes no other wait, and nobody is forgotten in it", () => {
  const { take } = limits();
  times(20, () => take(A));
  for (let at = 0; at < 5_000; at++) take(`198.51.${at >> 8}.${at & 255}`);
  expect(take(A)).toBeGreaterThan(0);
  const others = Array.from({ length: 1_000 }, (_, at) => take(`203.0.${at >> 8}.${at & 255}`));
  expect(others.filter((wait) => wait > 0)).toEqual([]);
});
