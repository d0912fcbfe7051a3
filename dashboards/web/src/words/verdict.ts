// The one sentence at the top of the overview: what stands out, since when, and because of what.
import type { CallerRow, ErrorRow, SummaryRow } from "../api.ts";
import type { Buckets } from "./buckets.ts";
import { duration, share, text } from "../../../../src/core/quantity.ts";

export interface Evidence {
  readonly now: SummaryRow;
  readonly before: SummaryRow | null;
  readonly buckets: Buckets;
  readonly errors: readonly ErrorRow[];
  readonly callers: readonly CallerRow[];
}

export interface Verdict {
  readonly tone: "calm" | "slow" | "bad";
  readonly headline: string;
  /** Milliseconds since the epoch at which it began; null where nothing did. */
  readonly sinceMs: number | null;
  readonly cause: Cause | null;
}

export interface Cause {
  readonly error: ErrorRow;
  /** Part of all errors, 0 to 1. */
  readonly part: number;
  /** The caller behind most errors, where there is one. */
  readonly caller: string | null;
}

const ERROR_SHARE_FLOOR = 0.01;
const WORSE = 2;
const SLOWER = 1.5;

/** Null where nothing was asked of weir in this range. */
export function judge(evidence: Evidence): Verdict | null {
  const { now, before } = evidence;
  if (now.requests === 0) return null;
  const nowShare = now.errors / now.requests;
  const beforeShare =
    before === null || before.requests === 0 ? 0 : before.errors / before.requests;
  if (nowShare >= Math.max(ERROR_SHARE_FLOOR, beforeShare * WORSE)) return failing(evidence);
  const p95 = now.p95_ns ?? 0;
  const p95Before = before?.p95_ns ?? 0;
  if (p95Before > 0 && p95 >= p95Before * SLOWER) return slow(evidence.buckets, p95, p95Before);
  return calm(now);
}

function failing(evidence: Evidence): Verdict {
  const { now, before, buckets } = evidence;
  const was =
    before === null || before.requests === 0
      ? ""
      : `, up from ${text(share(before.errors, before.requests))}`;
  const floor = Math.max(
    ERROR_SHARE_FLOOR,
    before === null || before.requests === 0 ? 0 : (before.errors / before.requests) * WORSE,
  );
  const bad = buckets.times.map(
    (_, i) => (buckets.errors[i] ?? 0) > floor * (buckets.requests[i] ?? 0),
  );
  return {
    tone: "bad",
    headline: `${text(share(now.errors, now.requests))} of requests fail${was}`,
    sinceMs: onset(buckets, bad),
    cause: causeOf(evidence),
  };
}

function slow(buckets: Buckets, p95: number, before: number): Verdict {
  const bad = buckets.p95.map((value) => value !== null && value >= before * SLOWER);
  return {
    tone: "slow",
    headline: `Slower than before: p95 is ${text(duration(p95))}, was ${text(duration(before))}`,
    sinceMs: onset(buckets, bad),
    cause: null,
  };
}

function calm(now: SummaryRow): Verdict {
  const errors = now.errors === 0 ? "no errors" : `${text(share(now.errors, now.requests))} errors`;
  return {
    tone: "calm",
    headline: `Nothing stands out: ${errors}, p95 ${text(duration(now.p95_ns))}`,
    sinceMs: null,
    cause: null,
  };
}

/** The beginning of the last stretch of bad buckets, forgiving one good bucket in between. */
function onset(buckets: Buckets, bad: readonly boolean[]): number | null {
  let start = bad.lastIndexOf(true);
  if (start < 0) return null;
  while (bad[start - 1] === true || bad[start - 2] === true) start -= bad[start - 1] ? 1 : 2;
  // Bad from the first bucket on: it began before what we see.
  return start === 0 ? null : (buckets.times[start] ?? 0) * 1000;
}

function causeOf({ now, errors, callers }: Evidence): Cause | null {
  const failed = errors.filter((row) => row.status >= 500);
  const top = failed.toSorted((a, b) => b.requests - a.requests)[0];
  if (top === undefined || now.errors === 0) return null;
  const caller = callers.find((row) => row.errors > now.errors * 0.6);
  return {
    error: top,
    part: Math.min(1, top.requests / now.errors),
    caller: caller?.principal ?? null,
  };
}
