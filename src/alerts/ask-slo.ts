// Asks the rollups how many requests of a route were not as promised.
import type { Store } from "../store/client.ts";
import { rollupFor } from "../store/panels/rollup.ts";
import type { Row, Slo } from "./rule.ts";
import { burnRate, type Good } from "./slo.ts";

const TIMEOUT_MS = 15_000;
/** Buckets an octave of durations has in the rollups. */
const PER_OCTAVE = 8;
const NS_PER_MS = 1e6;

/** Failed ones, and of the others those above the limit's bucket: a limit is met within 9 %. */
const sqlOver = (
  rollup: string,
  at: number,
): string => `SELECT ${at} AS at, sum(bucket.requests) AS requests,
    sum(bucket.errors) + sumIf(arraySum(mapValues(mapFilter((at, n) -> at > {most:UInt16}, bucket.buckets))), status_class != 5) AS bad
  FROM requests_${rollup} AS bucket
  WHERE route = {route:String} AND time < {until:DateTime64(3, 'UTC')}
    AND time >= toStartOfInterval({since${at}:DateTime64(3, 'UTC')}, toIntervalSecond({grain${at}:UInt16}))`;

const EVERY_BUCKET = 65_535;

export interface GoodWindow {
  readonly windowMs: number;
  /** Finer rollups are no longer kept of that time. */
  readonly leastGrainSeconds: number;
}

/** Of each window that ends then, in their order; one question. Rejects with StoreError. */
export async function askGood(
  store: Store,
  { route, latencyMs }: Slo,
  { untilMs, windows }: { readonly untilMs: number; readonly windows: readonly GoodWindow[] },
): Promise<readonly Good[]> {
  const parts = windows.map(({ windowMs, leastGrainSeconds }, at) => {
    const { name, grainSeconds } = rollupFor(windowMs, leastGrainSeconds).rollup;
    const params = {
      [`since${at}`]: new Date(untilMs - windowMs),
      [`grain${at}`]: grainSeconds,
    };
    return { sql: sqlOver(name, at), params };
  });
  const sql = parts.map((part) => part.sql).join("\nUNION ALL\n");
  const most = latencyMs === null ? EVERY_BUCKET : bucketOf(latencyMs);
  const common = { route, most, until: new Date(untilMs) };
  const params = Object.assign(common, ...parts.map((part) => part.params)) as typeof common;
  const { rows } = await store.query(sql, params, { readonly: true, timeoutMs: TIMEOUT_MS });
  return windows.map((_, at) => {
    const row = rows.find((each) => Number(each["at"]) === at);
    return { requests: Number(row?.["requests"]), bad: Number(row?.["bad"]) };
  });
}

interface BurnWindow {
  readonly untilMs: number;
  readonly leastGrainSeconds: number;
}

/** Both windows as one row. */
export async function askBurn(
  store: Store,
  {
    slo,
    longMs,
    shortMs,
  }: { readonly slo: Slo; readonly longMs: number; readonly shortMs: number },
  { untilMs, leastGrainSeconds }: BurnWindow,
): Promise<Row> {
  const windows = [longMs, shortMs].map((windowMs) => ({ windowMs, leastGrainSeconds }));
  const [long = NOTHING, short = NOTHING] = await askGood(store, slo, { untilMs, windows });
  return {
    route: slo.route,
    burn_long: burnRate(slo, long),
    burn_short: burnRate(slo, short),
    requests: long.requests,
    bad: long.bad,
  };
}

const NOTHING: Good = { requests: 0, bad: 0 };

function bucketOf(ms: number): number {
  return Math.floor(Math.log2(ms * NS_PER_MS) * PER_OCTAVE);
}
