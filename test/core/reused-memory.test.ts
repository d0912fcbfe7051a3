// Memory that is used again: by one at a time, and kept no longer than there is work.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ReusedMemory } from "../../src/core/reused-memory.ts";

const KIBI = 1024;
const MEBI = KIBI * KIBI;

/** Of this test's own: another one in this process may have left some of its. */
let memory: ReusedMemory;

beforeEach(() => {
  vi.useFakeTimers();
  memory = new ReusedMemory();
});
afterEach(() => {
  vi.advanceTimersByTime(10_000);
  expect(memory.unusedBytes).toBe(0);
  vi.useRealTimers();
});

test.each([
  [0, 0],
  [100, 100],
  [16 * KIBI, 16 * KIBI],
  [16 * KIBI + 1, 32 * KIBI],
  [3 * MEBI, 4 * MEBI],
])("%i bytes come as %i", (asked, length) => {
  expect(memory.take(asked)).toHaveLength(length);
});

test("what is given back, by any part of it, is taken again, by one at a time", () => {
  const first = memory.take(MEBI);
  memory.giveBack(first.subarray(5, 9));
  memory.giveBack(first);
  expect(memory.unusedBytes).toBe(MEBI);
  expect(memory.take(MEBI - 1).buffer).toBe(first.buffer);
  expect(memory.take(MEBI).buffer).not.toBe(first.buffer);
});

test("another size is other memory", () => {
  const small = memory.take(MEBI);
  memory.giveBack(small);
  expect(memory.take(2 * MEBI).buffer).not.toBe(small.buffer);
  expect(memory.take(MEBI / 2).buffer).not.toBe(small.buffer);
});

test.each([
  ["not taken here", Buffer.alloc(MEBI)],
  ["little", new ReusedMemory().take(100)],
  ["shared", new Uint8Array(new SharedArrayBuffer(MEBI))],
])("what is %s is left alone", (_, bytes) => {
  memory.giveBack(bytes);
  expect(memory.unusedBytes).toBe(0);
  expect(bytes.byteLength).toBeGreaterThan(0);
});

test("what nobody takes for a while is freed; what is taken again stays", () => {
  const [used, left] = [memory.take(MEBI), memory.take(2 * MEBI)];
  memory.giveBack(used);
  memory.giveBack(left);
  for (let second = 0; second < 11; second++) {
    vi.advanceTimersByTime(1000);
    const again = memory.take(MEBI);
    expect(again.buffer).toBe(used.buffer);
    memory.giveBack(again);
  }
  expect(memory.unusedBytes).toBe(MEBI);
  expect(left.byteLength).toBe(0);
});

test("more than a batch takes is freed at once", () => {
  const all = Array.from({ length: 5 }, () => memory.take(32 * MEBI));
  for (const one of all) memory.giveBack(one);
  expect(memory.unusedBytes).toBe(128 * MEBI);
  expect(all.map(({ byteLength }) => byteLength > 0)).toEqual([true, true, true, true, false]);
});
