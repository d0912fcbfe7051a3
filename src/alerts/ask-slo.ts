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
const sqlOver = (rollup: string): string => `SELECT sum(bucket.requests) AS requests,
    sum(bucket.errors) + sumIf(arraySum(mapValues(mapFilter((at, n) -> at > {most:UInt16}, bucket.buckets))), status_class != 5) AS bad
  FROM requests_${rollup} AS bucket
  WHERE route = {route:String} AND time < {until:DateTime64(3, 'UTC')}
    AND time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({grain:UInt16}))`;

const EVERY_BUCKET = 65_535;

export interface GoodWindow {
  readonly untilMs: number;
  readonly windowMs: number;
  /** Finer rollups are no longer kept of that time. */
  readonly leastGrainSeconds: number;
}

/** Rejects with StoreError. */
export async function askGood(
  store: Store,
  { route, latencyMs }: Slo,
  { untilMs, windowMs, leastGrainSeconds }: GoodWindow,
): Promise<Good> {
  const { rollup } = rollupFor(windowMs, leastGrainSeconds);
  const params = {
    route,
    since: new Date(untilMs - windowMs),
    until: new Date(untilMs),
    grain: rollup.grainSeconds,
    most: latencyMs === null ? EVERY_BUCKET : bucketOf(latencyMs),
  };
  const limits = { readonly: true, timeoutMs: TIMEOUT_MS };
  const { rows } = await store.query(sqlOver(rollup.name), params, limits);
  return { requests: Number(rows[0]?.["requests"]), bad: Number(rows[0]?.["bad"]) };
}

/** Both windows as one row. */
export async function askBurn(
  store: Store,
  {
    slo,
    longMs,
    shortMs,
  }: { readonly slo: Slo; readonly longMs: number; readonly shortMs: number },
  window: Omit<GoodWindow, "windowMs">,
): Promise<Row> {
  const [long, short] = [
    await askGood(store, slo, { ...window, windowMs: longMs }),
    await askGood(store, slo, { ...window, windowMs: shortMs }),
  ];
  return {
    route: slo.route,
    burn_long: burnRate(slo, long),
    burn_short: burnRate(slo, short),
    requests: long.requests,
    bad: long.bad,
  };
}

function bucketOf(ms: number): number {
  return Math.floor(Math.log2(ms * NS_PER_MS) * PER_OCTAVE);
}
