// How every endpoint did lately, summed over all weir instances that write to this store.
import type { Store } from "./client.ts";

/** One endpoint of one service. */
export interface AttemptStatistics {
  readonly service: string;
  /** The endpoint's url. */
  readonly upstream: string;
  readonly attempts: number;
  readonly failures: number;
  /** Mean duration of its attempts. */
  readonly mean_ns: number;
}

/** Far more endpoints than one weir balances; those with the fewest attempts are left out first. */
const MOST_ROWS = 10_000;

const SQL = `SELECT service, upstream, sum(past.attempts) AS attempts, sum(past.failures) AS failures,
    sum(past.duration_ns) / sum(past.attempts) AS mean_ns
  FROM upstreams_10s AS past
  WHERE time > now() - {window:UInt32}
  GROUP BY service, upstream
  ORDER BY attempts DESC
  LIMIT ${MOST_ROWS}`;

export interface AttemptWindow {
  readonly windowSeconds: number;
  readonly timeoutMs: number;
}

/** Rejects with StoreError. */
export async function readAttemptStatistics(
  store: Store,
  { windowSeconds, timeoutMs }: AttemptWindow,
): Promise<AttemptStatistics[]> {
  const limits = { readonly: true, timeoutMs };
  const { rows } = await store.query(SQL, { window: windowSeconds }, limits);
  return rows.map((row) => ({
    service: String(row["service"]),
    upstream: String(row["upstream"]),
    attempts: Number(row["attempts"]),
    failures: Number(row["failures"]),
    mean_ns: Number(row["mean_ns"]),
  }));
}
