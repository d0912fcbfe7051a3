// What goes before its time where the disk fills up: whole days, the oldest first, and no more than that takes.
import type { Store } from "./client.ts";
import type { DiskLimits } from "./options.ts";

/** A day of a table. */
export interface Partition {
  readonly table: string;
  /** YYYYMMDD. */
  readonly id: string;
  readonly bytes: number;
}

export interface Disk {
  readonly totalBytes: number;
  /** With what is deleted already and not yet gone. */
  readonly freeBytes: number;
}

export interface Relief {
  /** Above the limit; 0 or less: all is well. */
  readonly excessBytes: number;
  /** Empty, too, where all that may go would not be enough: the disk is full of something else. */
  readonly partitions: readonly Partition[];
}

/** Those of rows; rollups are small, and last when the rows are gone. */
const TABLES = [
  "requests",
  "notable_requests",
  "otel_spans",
  "otel_logs",
  "otel_metrics_gauge",
  "otel_metrics_sum",
  "otel_metrics_histogram",
  "otel_metrics_exponential_histogram",
  "otel_metrics_summary",
];

export function chooseRelief(
  { totalBytes, freeBytes }: Disk,
  partitions: readonly Partition[],
  limits: DiskLimits,
): Relief {
  const excessBytes = totalBytes - freeBytes - (totalBytes * limits.disk_percent) / 100;
  const chosen: Partition[] = [];
  let relief = 0;
  for (const partition of mayGo(partitions, limits.disk_min_days)) {
    if (relief >= excessBytes) break;
    chosen.push(partition);
    relief += partition.bytes;
  }
  return { excessBytes, partitions: relief >= excessBytes ? chosen : [] };
}

/** The oldest day first, of one day the largest. */
function mayGo(partitions: readonly Partition[], leastDays: number): Partition[] {
  const kept = TABLES.flatMap((table) =>
    partitions
      .filter((each) => each.table === table)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(leastDays),
  );
  return kept.sort((a, b) => (a.id === b.id ? b.bytes - a.bytes : a.id < b.id ? -1 : 1));
}

/** The disk of the store's tables. */
export async function readDisk(store: Store): Promise<Disk> {
  const { rows } = await store.query(
    `SELECT total_space AS total,
      free_space + (SELECT sum(bytes_on_disk) FROM system.parts WHERE NOT active) AS free
    FROM system.disks WHERE name = 'default'`,
  );
  return { totalBytes: Number(rows[0]?.["total"] ?? 0), freeBytes: Number(rows[0]?.["free"] ?? 0) };
}

export async function readPartitions(store: Store): Promise<readonly Partition[]> {
  const { rows } = await store.query(
    `SELECT table, partition_id AS id, sum(bytes_on_disk) AS bytes FROM system.parts
    WHERE active AND database = {database:String} AND has({tables:Array(String)}, table)
    GROUP BY table, id`,
    { database: store.database, tables: TABLES },
  );
  return rows.map((row) => ({
    table: String(row["table"]),
    id: String(row["id"]),
    bytes: Number(row["bytes"]),
  }));
}

export function dropPartition(store: Store, { table, id }: Partition): Promise<void> {
  return store.command(`ALTER TABLE ${table} DROP PARTITION ID '${id}'`);
}
