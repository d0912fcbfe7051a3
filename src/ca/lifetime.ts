// When a certificate begins, ends and is to be renewed. Pure: times come in.
import type { X509Certificate } from "node:crypto";

/** Of a certificate, or of a revocation list; milliseconds since the epoch. */
export interface Lifetime {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** Whose clock is behind takes a new one all the same. */
const MOST_BACKDATING_MS = 5 * MINUTE_MS;
/** Spread over this part of its life, so that not all are renewed at once. */
const JITTER = 1 / 20;
const RENEWED_AFTER = 2 / 3;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 5 * MINUTE_MS;

export const SHORTEST_LIFE_MS = 2 * SECOND_MS;

export function lifetimeOf({ validFromDate, validToDate }: X509Certificate): Lifetime {
  return { notBeforeMs: validFromDate.getTime(), notAfterMs: validToDate.getTime() };
}

/** In whole seconds, as X.509 has them; backdated by a tenth of `lifeMs` or 5 minutes, and never beyond its issuer. */
export function lifetimeAt(nowMs: number, lifeMs: number, issuer: Lifetime): Lifetime {
  const backMs = Math.min(MOST_BACKDATING_MS, wholeSeconds(lifeMs / 10));
  const notBeforeMs = Math.max(wholeSeconds(nowMs) - backMs, issuer.notBeforeMs);
  return {
    notBeforeMs,
    notAfterMs: Math.min(notBeforeMs + wholeSeconds(lifeMs), issuer.notAfterMs),
  };
}

/** At two thirds of its life, or up to a twentieth of it later, by `chance` in [0, 1). */
export function renewalMs({ notBeforeMs, notAfterMs }: Lifetime, chance: number): number {
  return notBeforeMs + Math.ceil((notAfterMs - notBeforeMs) * (RENEWED_AFTER + JITTER * chance));
}

/** How long to wait after so many failures in a row (at least one), with `leftMs` to live: several tries fit into what is left, if anything is. */
export function retryDelayMs(failures: number, leftMs: number): number {
  const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), LONGEST_RETRY_MS);
  if (leftMs <= 0) return backoffMs;
  return Math.max(Math.min(backoffMs, leftMs / 10), FIRST_RETRY_MS / 2);
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}
