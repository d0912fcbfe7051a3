// Asks the rollups for the last hour of each route, and for the same hour of the week in the weeks before.
import type { Store } from "../store/client.ts";
import { rollupFor } from "../store/panels/rollup.ts";
import { type AnomalyQuestion, anomalyRows, type HourCount } from "./anomaly.ts";
import type { Row } from "./rule.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const TIMEOUT_MS = 15_000;

const sqlNow = (rollup: string): string => `SELECT service, route, sum(bucket.requests) AS requests,
    sum(bucket.errors) AS errors
  FROM requests_${rollup} AS bucket
  WHERE time >= {since:DateTime64(3, 'UTC')} AND time < {until:DateTime64(3, 'UTC')}
    AND ({route:String} = '' OR route = {route:String})
  GROUP BY service, route`;

const SQL_BEFORE = `SELECT service, route, sum(bucket.requests) AS requests, sum(bucket.errors) AS errors
  FROM requests_1h AS bucket
  WHERE has({hours:Array(UInt32)}, toUInt32(time)) AND time >= {since:DateTime64(3, 'UTC')}
    AND ({route:String} = '' OR route = {route:String})
  GROUP BY service, route, time
  LIMIT 100000`;

/** Rejects with StoreError. */
export async function askAnomaly(
  store: Store,
  question: AnomalyQuestion,
  { untilMs, leastGrainSeconds }: { untilMs: number; leastGrainSeconds: number },
): Promise<readonly Row[]> {
  const { route, weeks } = question;
  const limits = { readonly: true, timeoutMs: TIMEOUT_MS };
  const { rollup } = rollupFor(HOUR_MS, leastGrainSeconds);
  const sinceMs = untilMs - HOUR_MS;
  const window = { route, since: new Date(sinceMs), until: new Date(untilMs) };
  const now = await store.query(sqlNow(rollup.name), window, limits);
  // The whole hour that has most in common with the last sixty minutes.
  const hourMs = Math.floor((sinceMs + HOUR_MS / 2) / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: weeks }, (_, at) => (hourMs - (at + 1) * WEEK_MS) / 1000);
  const past = { route, hours, since: new Date(Math.min(...hours) * 1000) };
  const before = await store.query(SQL_BEFORE, past, limits);
  return anomalyRows(now.rows.map(countOf), before.rows.map(countOf), question);
}

function countOf(row: Row): HourCount {
  return {
    service: String(row["service"]),
    route: String(row["route"]),
    requests: Number(row["requests"]),
    errors: Number(row["errors"]),
  };
}
