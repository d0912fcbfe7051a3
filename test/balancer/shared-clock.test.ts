// Clocks of threads agree, also where one was halted while it was made.
import { expect, onTestFinished, test, vi } from "vitest";
import { createSharedClock } from "../../src/balancer/shared-clock.ts";
import { createSharedMemory } from "../../src/balancer/shared-state.ts";

test.each([1, 3])("halted at %d of its first looks at the time", (halts) => {
  const memory = createSharedMemory({ workers: 1 });
  const nowMs = performance.now.bind(performance);
  let left = halts;
  const spy = vi.spyOn(performance, "now").mockImplementation(() => {
    const endMs = nowMs() + (left-- > 0 ? 20 : 0);
    let ms = nowMs();
    while (ms < endMs) ms = nowMs();
    return ms;
  });
  onTestFinished(() => {
    spy.mockRestore();
  });
  const clock = createSharedClock(memory);
  const before = Number(process.hrtime.bigint() - memory.epoch);
  const nowNs = clock.nowNs();
  expect(nowNs).toBeGreaterThan(before - 5e6);
  expect(nowNs).toBeLessThan(Number(process.hrtime.bigint() - memory.epoch) + 5e6);
});
