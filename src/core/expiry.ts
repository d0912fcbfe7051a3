// When an end that comes must be told of: long before it hurts, by the length of what ends.

export interface Expiring {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Of an authority: many certificates end with it, and replacing it takes months. */
  readonly isAuthority: boolean;
}

/** "future": it does not hold yet, and nobody trusts it. */
export type ExpiryState = "ok" | "soon" | "expired" | "future";

const DAY_MS = 86_400_000;
const WARNED_PART = 1 / 4;
const LONGEST_WARNING_MS = 21 * DAY_MS;
const LONGEST_AUTHORITY_WARNING_MS = 365 * DAY_MS;

/** "soon" in the last quarter of its life, but at most three weeks before its end; of an authority, a year. */
export function expiryState(
  { notBeforeMs, notAfterMs, isAuthority }: Expiring,
  nowMs: number,
): ExpiryState {
  if (nowMs < notBeforeMs) return "future";
  const leftMs = notAfterMs - nowMs;
  if (leftMs <= 0) return "expired";
  const longestMs = isAuthority ? LONGEST_AUTHORITY_WARNING_MS : LONGEST_WARNING_MS;
  const warningMs = Math.min((notAfterMs - notBeforeMs) * WARNED_PART, longestMs);
  return leftMs < warningMs ? "soon" : "ok";
}
