// Coarser sums of requests, each made once of the finer ones when its time is over (collector/schema/0024_sums.sql).
import type { Store } from "./client.ts";

export const SUM_TABLES = [
  "address_sums",
  "caller_sums",
  "path_sums",
  "rule_sums",
  "trouble_sums",
  "worker_sums",
] as const;

/** Seconds. The first come with each batch, those of another are made of the one before it. */
export const SUM_GRAINS_S = [600, 3600, 21_600, 86_400, 604_800] as const;

/** A row that comes this long after the end of a sum is late for it, by the clock of the store (see the views). */
const LATE_AFTER_S = 600;
/** What is not late by then was sent before, and no INSERT takes this much longer. */
const CLOSES_AFTER_S = LATE_AFTER_S + 300;

/** By grain, seconds since the epoch: sums of it are whole before that. */
export type Closings = ReadonlyMap<number, number>;

/** Rejects with StoreError. */
export async function readClosings(store: Store): Promise<Closings> {
  const { rows } = await store.query(
    "SELECT grain_s, toUnixTimestamp(max(until)) AS until FROM sum_closings GROUP BY grain_s",
  );
  return new Map(rows.map(({ grain_s, until }) => [Number(grain_s), Number(until)]));
}

/** Seconds since the epoch, by the clock that tells what is late. Rejects with StoreError. */
export async function readStoreClock(store: Store): Promise<number> {
  const { rows } = await store.query("SELECT toUnixTimestamp(now()) AS now");
  return Number(rows[0]?.["now"]);
}

/**
 * Makes all sums whose time is over; how many times that were. It may be cut short, and run in two processes at once: a sum
 * that is there is not made again. Rejects with StoreError.
 */
export async function closeSums(store: Store, nowS: number): Promise<number> {
  const closings = await readClosings(store);
  let made = 0;
  let wholeS = nowS - CLOSES_AFTER_S;
  for (const [at, grain] of SUM_GRAINS_S.slice(1).entries()) {
    const grains = { grain, finer: SUM_GRAINS_S[at] ?? grain };
    wholeS = floorTo(wholeS, grain);
    const buckets = await bucketsIn(store, [closings.get(grain) ?? 0, wholeS], grains);
    const open = buckets.filter(({ isOpen }) => isOpen);
    for (const { bucketS } of open) {
      for (const table of SUM_TABLES) await store.command(closing(table, bucketS, grains));
    }
    const last = buckets.at(-1);
    // Not further than there were rows: a clock that was wrong for a while closes no time to come.
    if (last !== undefined) {
      await store.command(`INSERT INTO sum_closings VALUES (${grain}, ${last.bucketS + grain})`);
    }
    made += open.length;
  }
  return made;
}

interface Grains {
  readonly grain: number;
  readonly finer: number;
}

interface Bucket {
  readonly bucketS: number;
  /** Rows of it came in time: all others are counted. */
  readonly isOpen: boolean;
}

/** In which there are rows, in order. All traffic counts in `rule_sums`, and what is none in `trouble_sums` if at all. */
async function bucketsIn(
  store: Store,
  [fromS, endS]: readonly [from: number, end: number],
  { grain, finer }: Grains,
): Promise<readonly Bucket[]> {
  const of = (table: string): string => `SELECT time, late_s FROM ${table}
    WHERE grain_s = ${finer} AND time >= toDateTime(${fromS}) AND time < toDateTime(${endS})`;
  const { rows } = await store.query(
    `SELECT intDiv(toUnixTimestamp(time), ${grain}) * ${grain} AS from, min(late_s) < ${grain} AS is_open
    FROM (${of("rule_sums")} UNION ALL ${of("trouble_sums")})
    GROUP BY from ORDER BY from`,
  );
  return rows.map((row) => ({ bucketS: Number(row["from"]), isOpen: Number(row["is_open"]) > 0 }));
}

/** Rows of one time and key become one, as in every INSERT into such a table; all in one part, or none. */
function closing(table: string, fromS: number, { grain, finer }: Grains): string {
  return `INSERT INTO ${table}
    SELECT * REPLACE (toUInt32(${grain}) AS grain_s, toDateTime(${fromS}, 'UTC') AS time, toUInt32(0) AS late_s)
    FROM ${table} AS fine
    WHERE fine.grain_s = ${finer} AND fine.late_s < ${grain}
      AND fine.time >= toDateTime(${fromS}) AND fine.time < toDateTime(${fromS + grain})
      AND 0 = (SELECT count() FROM ${table} AS made WHERE made.grain_s = ${grain} AND made.time = toDateTime(${fromS}) AND made.late_s = 0)
    SETTINGS insert_deduplicate = 1, insert_deduplication_token = '${table} ${grain} ${fromS}', optimize_on_insert = 1,
      max_threads = 1, max_insert_threads = 1,
      min_insert_block_size_rows = 100000000, min_insert_block_size_bytes = 0, max_insert_block_size = 100000000`;
}

export function floorTo(seconds: number, grain: number): number {
  return Math.floor(seconds / grain) * grain;
}
