// Lengths of time as people write them in a file of alerts: "30s", "5m", "7d".
import { type TimeUnit, timeSpanMs, UNIT_MS } from "../core/time-span.ts";

const UNITS: readonly TimeUnit[] = ["d", "h", "m", "s", "ms"];

/** Milliseconds; null where it is none. */
export function durationMs(text: string): number | null {
  return timeSpanMs(text, UNITS);
}

/** The same time in the largest unit that leaves no rest. */
export function durationText(ms: number): string {
  if (ms === 0) return "0s";
  const unit = UNITS.find((each) => ms % UNIT_MS[each] === 0) ?? "ms";
  return `${ms / UNIT_MS[unit]}${unit}`;
}
