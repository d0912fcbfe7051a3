// Whether figures refresh by themselves, and the clock that ages them.
import { useEffect, useState } from "react";
import { createSignal } from "./signal.ts";

export const live = createSignal(true);

/** Wall time in milliseconds, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
