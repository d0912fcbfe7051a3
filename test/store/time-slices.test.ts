// Slices of a window: they follow each other without gap or overlap, and hold about what was asked.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSlicer, type Slice } from "../../src/store/time-slices.ts";

const MINUTE_MS = 60_000;

test("whole buckets, then a part of one, then what is left", () => {
  const buckets = [0, 1, 2].map((at) => ({ startMs: at * MINUTE_MS, rows: 600 }));
  const slicer = createSlicer(buckets, MINUTE_MS, { sinceMs: 0, untilMs: 170_000 });
  const taken: (Slice | null)[] = [];
  for (const rows of [900, 100, 9999, 1]) {
    const slice = slicer.next(rows);
    if (slice !== null) slicer.take(slice);
    taken.push(slice);
  }
  expect(taken).toEqual([
    { sinceMs: 0, untilMs: 90_000 },
    { sinceMs: 90_000, untilMs: 100_000 },
    { sinceMs: 100_000, untilMs: 170_000 },
    null,
  ]);
});

test("a slice that was not taken comes again, smaller if less is wanted", () => {
  const slicer = createSlicer([{ startMs: 0, rows: 1000 }], 1000, { sinceMs: 0, untilMs: 1000 });
  expect(slicer.next(1000)).toEqual({ sinceMs: 0, untilMs: 1000 });
  expect(slicer.next(500)).toEqual({ sinceMs: 0, untilMs: 500 });
  expect(slicer.next(0.1)).toEqual({ sinceMs: 0, untilMs: 1 });
});

test("the least slice is one millisecond of rows, however long the gap before them", () => {
  const slicer = createSlicer([{ startMs: 5000, rows: 1000 }], 1000, { sinceMs: 0, untilMs: 9000 });
  const least = slicer.next(1e-9);
  expect(least).toEqual({ sinceMs: 0, untilMs: 5001 });
  expect([least, slicer.next(2)].map((slice) => slice && slicer.isLeast(slice))).toEqual([
    true,
    false,
  ]);
});

test("every bucket's rows are in exactly one slice, whatever is wanted and refused", () => {
  const counts = fc.array(fc.nat(5000), { minLength: 1, maxLength: 20 });
  const wishes = fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.boolean()), {
    minLength: 1,
  });
  fc.assert(
    fc.property(counts, wishes, fc.nat(99), (rows, asked, cutMs) => {
      const window = { sinceMs: cutMs, untilMs: Math.max(cutMs + 1, rows.length * 100 - cutMs) };
      const buckets = rows
        .map((count, at) => ({ startMs: at * 100, rows: count }))
        .filter(({ startMs, rows: count }) => count > 0 && startMs < window.untilMs)
        .filter(({ startMs }) => startMs + 100 > window.sinceMs);
      const slicer = createSlicer(buckets, 100, window);
      let fromMs = window.sinceMs;
      for (let turn = 0; ; turn++) {
        const [wanted, isTaken] = asked[turn % asked.length] ?? [1, true];
        const slice = slicer.next(wanted);
        if (slice === null) break;
        expect(slice.sinceMs).toBe(fromMs);
        expect(slice.untilMs).toBeGreaterThan(fromMs);
        if (!isTaken && turn % asked.length !== 0) continue;
        slicer.take(slice);
        fromMs = slice.untilMs;
      }
      const last = buckets.at(-1);
      if (last === undefined) return;
      expect(fromMs).toBe(Math.min(last.startMs + 100, window.untilMs));
    }),
  );
});
