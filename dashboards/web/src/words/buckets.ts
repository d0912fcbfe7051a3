// Overview rows on an even grid of time: missing buckets filled in, the previous period beside it.
import type { OverviewRow } from "../api.ts";
import type { Interval } from "../state/range.ts";
import { timeMs } from "./time.ts";

type Values = (number | null)[];

export interface Buckets {
  readonly stepS: number;
  /** Seconds since the epoch at which each bucket begins. */
  readonly times: number[];
  readonly requests: Values;
  readonly errors: Values;
  readonly denied: Values;
  readonly p50: Values;
  readonly p95: Values;
  readonly p99: Values;
}

/** Rates are per second and 0 where nothing came; latencies are null there: a gap, not a zero. */
export function toBuckets(rows: readonly OverviewRow[], interval: Interval): Buckets {
  return onGrid(rows, interval, stepOf(rows));
}

const DEFAULT_STEP_S = 60;

/** The API's buckets are even: the least distance between two is the step. */
function stepOf(rows: readonly OverviewRow[]): number {
  const times = rows.map(({ time }) => timeMs(time) / 1000);
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  return steps.length === 0 ? DEFAULT_STEP_S : Math.min(...steps);
}

function onGrid(rows: readonly OverviewRow[], interval: Interval, stepS: number): Buckets {
  const stepMs = stepS * 1000;
  const byTime = new Map(rows.map((row) => [Math.floor(timeMs(row.time) / stepMs), row]));
  const first = Math.ceil(interval.fromMs / stepMs);
  // The bucket that still fills would always look like a fall: leave it out.
  const last = Math.floor(interval.toMs / stepMs) - 1;
  const buckets = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  const read = (value: (row: OverviewRow) => number | null, none: number | null): Values =>
    buckets.map((bucket) => {
      const row = byTime.get(bucket);
      return row === undefined ? none : value(row);
    });
  return {
    stepS,
    times: buckets.map((bucket) => bucket * stepS),
    requests: read((row) => row.requests / stepS, 0),
    errors: read((row) => row.errors / stepS, 0),
    denied: read((row) => row.denied / stepS, 0),
    p50: read((row) => row.p50_ns, null),
    p95: read((row) => row.p95_ns, null),
    p99: read((row) => row.p99_ns, null),
  };
}

/** `previous` moved forward by the interval's length onto the grid of `current`. */
export function alignPrevious(
  current: Buckets,
  previous: readonly OverviewRow[],
  interval: Interval,
): Buckets {
  const shiftMs = interval.toMs - interval.fromMs;
  const stepMs = current.stepS * 1000;
  const rows = previous.map((row) => {
    const moved = Math.round((timeMs(row.time) + shiftMs) / stepMs) * stepMs;
    return { ...row, time: new Date(moved).toISOString() };
  });
  return onGrid(rows, interval, current.stepS);
}
