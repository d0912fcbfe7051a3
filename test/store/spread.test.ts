// Parts of a window: within it, apart, in order, and of about as many rows as are to be read.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sampleOf, spreadOver, type Step, withinParts } from "../../src/store/spread.ts";

test("a window of few rows is read whole", () => {
  const window = { sinceMs: 1000, untilMs: 61_000 };
  expect(spreadOver(window, 10, 10)).toEqual({ parts: [window], share: 1 });
  expect(withinParts("at", spreadOver(window, 0, 10))).toBe(
    "((at >= fromUnixTimestamp64Milli(1000, 'UTC') AND at < fromUnixTimestamp64Milli(61000, 'UTC')))",
  );
});

test("parts lie in the window in order, do not touch, and have the share they say", () => {
  const lengths = fc.integer({ min: 1, max: 400 * 86_400_000 });
  const counts = fc.integer({ min: 1, max: 1e9 });
  fc.assert(
    fc.property(lengths, counts, counts, (lengthMs, rows, most) => {
      const sinceMs = 1_700_000_000_123;
      const { parts, share } = spreadOver({ sinceMs, untilMs: sinceMs + lengthMs }, rows, most);
      const taken = parts.reduce((sum, part) => sum + part.untilMs - part.sinceMs, 0);
      expect(share).toBeCloseTo(taken / lengthMs, 9);
      expect(parts.every((part) => part.sinceMs < part.untilMs)).toBe(true);
      expect(parts[0]?.sinceMs).toBeGreaterThanOrEqual(sinceMs);
      expect(parts.at(-1)?.untilMs).toBeLessThanOrEqual(sinceMs + lengthMs);
      for (const [at, part] of parts.slice(1).entries()) {
        expect(part.sinceMs).toBeGreaterThanOrEqual(parts[at]?.untilMs ?? 0);
      }
      // A part has a millisecond at least, however many rows that is.
      if (share < 1 && taken > parts.length) expect(share * rows).toBeLessThanOrEqual(most * 1.01);
    }),
  );
});

test("a sample has as many rows as wanted where they may be read, of evenly chosen steps", () => {
  const counts = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 240 });
  const bounds = fc.record({
    rows: fc.integer({ min: 1, max: 20_000 }),
    read: fc.integer({ min: 1, max: 1e6 }),
  });
  fc.assert(
    fc.property(counts, bounds, (all, most) => {
      const steps = stepsOf(all);
      const { parts, every } = sampleOf(steps, most);
      const taken = steps.filter(({ sinceMs }) => parts.some((part) => part.sinceMs === sinceMs));
      const rows = taken.reduce((sum, step) => sum + step.rows, 0);
      expect(rows / every).toBeLessThanOrEqual(most.rows);
      const total = all.reduce((sum, each) => sum + each, 0);
      if (rows < Math.min(total, most.rows)) {
        const read = taken.reduce((sum, step) => sum + step.all + 16_384, 0);
        expect(read).toBeGreaterThanOrEqual(most.read);
        expect(total * 2).toBeGreaterThan(most.read);
      }
    }),
  );
  expect(withinParts("at", sampleOf([], { rows: 1, read: 1 }))).toBe("false");
});

test("few steps of many lie far apart, and are among those of a larger sample", () => {
  const steps = stepsOf(Array.from({ length: 240 }, () => 10));
  const starts = (rows: number): readonly number[] =>
    sampleOf(steps, { rows, read: 1e9 }).parts.map(({ sinceMs }) => sinceMs / 10);
  const few = starts(80).toSorted((a, b) => a - b);
  expect(few).toEqual([0, 32, 64, 96, 128, 160, 192, 224]);
  expect(starts(900)).toEqual(expect.arrayContaining(few));
});

function stepsOf(rows: readonly number[]): Step[] {
  return rows.map((each, at) => ({
    at,
    sinceMs: at * 10,
    untilMs: at * 10 + 10,
    rows: each,
    all: each * 2,
  }));
}
