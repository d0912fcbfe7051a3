// Memory that is used again: by one at a time, and kept no longer than there is work.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { giveBackMemory, takeMemory, unusedMemory } from "../../src/core/reused-memory.ts";

const KIBI = 1024;
const MEBI = KIBI * KIBI;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.advanceTimersByTime(10_000);
  expect(unusedMemory()).toBe(0);
  vi.useRealTimers();
});

test.each([
  [0, 0],
  [100, 100],
  [16 * KIBI, 16 * KIBI],
  [16 * KIBI + 1, 32 * KIBI],
  [3 * MEBI, 4 * MEBI],
])("%i bytes come as %i", (asked, length) => {
  expect(takeMemory(asked)).toHaveLength(length);
});

test("what is given back, by any part of it, is taken again, by one at a time", () => {
  const first = takeMemory(MEBI);
  giveBackMemory(first.subarray(5, 9));
  giveBackMemory(first);
  expect(unusedMemory()).toBe(MEBI);
  expect(takeMemory(MEBI - 1).buffer).toBe(first.buffer);
  expect(takeMemory(MEBI).buffer).not.toBe(first.buffer);
});

test("another size is other memory", () => {
  const small = takeMemory(MEBI);
  giveBackMemory(small);
  expect(takeMemory(2 * MEBI).buffer).not.toBe(small.buffer);
  expect(takeMemory(MEBI / 2).buffer).not.toBe(small.buffer);
});

test.each([
  ["not taken here", Buffer.alloc(MEBI)],
  ["little", takeMemory(100)],
  ["shared", new Uint8Array(new SharedArrayBuffer(MEBI))],
])("what is %s is left alone", (_, bytes) => {
  giveBackMemory(bytes);
  expect(unusedMemory()).toBe(0);
  expect(bytes.byteLength).toBeGreaterThan(0);
});

test("what nobody takes for a while is freed; what is taken again stays", () => {
  const [used, left] = [takeMemory(MEBI), takeMemory(2 * MEBI)];
  giveBackMemory(used);
  giveBackMemory(left);
  for (let second = 0; second < 11; second++) {
    vi.advanceTimersByTime(1000);
    const again = takeMemory(MEBI);
    expect(again.buffer).toBe(used.buffer);
    giveBackMemory(again);
  }
  expect(unusedMemory()).toBe(MEBI);
  expect(left.byteLength).toBe(0);
});

test("more than a batch takes is freed at once", () => {
  const all = Array.from({ length: 5 }, () => takeMemory(32 * MEBI));
  for (const one of all) giveBackMemory(one);
  expect(unusedMemory()).toBe(128 * MEBI);
  expect(all.map(({ byteLength }) => byteLength > 0)).toEqual([true, true, true, true, false]);
});
