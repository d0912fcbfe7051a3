// Silences: for a while, alerts with these labels are told to nobody.
import type { Labels } from "./rule.ts";

export interface Silence {
  readonly id: string;
  /** All must match; "*" in a value stands for any text. */
  readonly matchers: Labels;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly comment: string;
  readonly createdBy: string;
}

export function silences(silence: Silence, labels: Labels, nowMs: number): boolean {
  if (nowMs < silence.startsAtMs || nowMs >= silence.endsAtMs) return false;
  return Object.entries(silence.matchers).every(([name, pattern]) => {
    return matches(pattern, labels[name] ?? "");
  });
}

/** Linear in both texts, whatever the pattern: each part is sought once, from left to right. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
