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
  const stepS = stepOf(rows);
  const first = Math.ceil(interval.fromMs / 1000 / stepS);
  const open = Math.floor(interval.toMs / 1000 / stepS);
  const openS = interval.toMs / 1000 - open * stepS;
  const times = Array.from(
    { length: Math.max(0, open - first + 1) },
    (_, i) => (first + i) * stepS,
  );
  // The bucket that still fills would look like a fall: it is left out, but where all that came is in it.
  const came = rows.filter(({ requests }) => requests > 0).map((row) => bucketOf(row, stepS));
  const isShown = openS > 0 && came.length > 0 && came.every((bucket) => bucket >= open);
  if (!isShown) times.pop();
  return onGrid(rows, { times, stepS, lastS: isShown ? openS : stepS, none: 0 });
}

const DEFAULT_STEP_S = 60;

/** The API's buckets are even: the least distance between two is the step. */
function stepOf(rows: readonly OverviewRow[]): number {
  const times = rows.map(({ time }) => timeMs(time) / 1000);
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  return steps.length === 0 ? DEFAULT_STEP_S : Math.min(...steps);
}

function bucketOf({ time }: OverviewRow, stepS: number): number {
  return Math.floor(timeMs(time) / 1000 / stepS);
}

interface Grid {
  readonly times: number[];
  readonly stepS: number;
  /** How much of the last bucket is over. */
  readonly lastS: number;
  /** Where there is no row. */
  readonly none: 0 | null;
}

function onGrid(rows: readonly OverviewRow[], { times, stepS, lastS, none }: Grid): Buckets {
  const byBucket = new Map(rows.map((row) => [bucketOf(row, stepS), row]));
  const read = (value: (row: OverviewRow) => number | null, missing: number | null): Values =>
    times.map((at) => {
      const row = byBucket.get(at / stepS);
      return row === undefined ? missing : value(row);
    });
  const perSecond = (of: "requests" | "errors" | "denied"): Values =>
    read((row) => row[of], none).map((count, at) => {
      return count === null ? null : count / (at === times.length - 1 ? lastS : stepS);
    });
  return {
    stepS,
    times,
    requests: perSecond("requests"),
    errors: perSecond("errors"),
    denied: perSecond("denied"),
    p50: read((row) => row.p50_ns, null),
    p95: read((row) => row.p95_ns, null),
    p99: read((row) => row.p99_ns, null),
  };
}

/**
 * What to ask for so that every bucket of `current` has a whole one before it: as long as `interval`, so that the
 * API takes the same steps, and whole steps earlier. null where there is nothing to compare with.
 */
export function previousInterval({ times, stepS }: Buckets, interval: Interval): Interval | null {
  const [first] = times;
  if (first === undefined) return null;
  const fromMs = first * 1000 - shiftOf(interval, stepS);
  return { fromMs, toMs: fromMs + interval.toMs - interval.fromMs };
}

/** `previous` moved forward onto the grid of `current`; null where it was not asked for. */
export function alignPrevious(
  { times, stepS }: Buckets,
  previous: readonly OverviewRow[],
  interval: Interval,
): Buckets {
  const shiftMs = shiftOf(interval, stepS);
  const rows = previous.map((row) => ({
    ...row,
    time: new Date(timeMs(row.time) + shiftMs).toISOString(),
  }));
  return onGrid(rows, { times, stepS, lastS: stepS, none: null });
}

/** The interval's length in whole steps, milliseconds. */
function shiftOf({ fromMs, toMs }: Interval, stepS: number): number {
  const stepMs = stepS * 1000;
  return Math.ceil((toMs - fromMs) / stepMs) * stepMs;
}
