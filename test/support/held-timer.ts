// A time limit that ends when a test says so: no halt of the process ends it before.
import { onTestFinished, vi } from "vitest";

/** Calls the newest timer of at least so long, as if its time were over. */
export function holdTimers(leastMs: number): () => void {
  const set = globalThis.setTimeout;
  let end = (): void => undefined;
  const spy = vi
    .spyOn(globalThis, "setTimeout")
    .mockImplementation((over: () => void, ms?: number) => {
      if (Number(ms) >= leastMs) end = over;
      return set(over, ms);
    });
  onTestFinished(() => spy.mockRestore());
  return () => end();
}
