// What a materialized view would have written of the rows that are there already, an hour of them at a time.
import type { Log } from "../core/log.ts";
import type { Row } from "./answer.ts";
import type { Store } from "./client.ts";

const VIEW = /CREATE MATERIALIZED VIEW (?:IF NOT EXISTS )?\S+ TO (?<table>\w+) AS\s(?<query>[^]*)/;
const HOUR_S = 3600;
/** Lines of the log that say how far it is. */
const TOLD = 10;

/** Where older rows are, and how a second is said in the type of their time. */
const SUMMED = { source: "rollups", at: "time", moment: (s: number) => `toDateTime(${s})` };
/** ClickHouse passes over a part that begins in the second before a DateTime that is no DateTime64. */
const RECORDED = {
  source: "requests",
  at: "started_at",
  moment: (s: number) => `fromUnixTimestamp64Nano(${s}000000000)`,
};

/**
 * Before the view is made, lest rows count twice. By the hour, so that none takes too much memory; one that is
 * written again, by another weir or after a kill, is known by its token.
 */
export async function countOlderRows(store: Store, view: string, log: Log): Promise<void> {
  const { table = "", query = "" } = VIEW.exec(view)?.groups ?? {};
  // A view writes columns by their names, INSERT SELECT by their places.
  const { rows: columns } = await store.query(`DESCRIBE TABLE (${query})`);
  const names = columns.map(({ name }) => String(name)).join(", ");
  const { source, at, moment } = query.includes("FROM rollups") ? SUMMED : RECORDED;
  const { rows: hours } = await store.query(
    `SELECT DISTINCT toUInt32(toStartOfInterval(${at}, INTERVAL 1 HOUR, 'UTC')) AS from FROM ${source} ORDER BY from`,
  );
  for (const [done, hour] of hours.entries()) {
    sayProgress(log, { table, done, hours });
    const from = Number(hour["from"]);
    const slice = `${at} >= ${moment(from)} AND ${at} < ${moment(from + HOUR_S)}`;
    await store.command(`INSERT INTO ${table} (${names}) ${query}
      SETTINGS additional_table_filters = {'${store.database}.${source}': '${slice}'},
        insert_deduplicate = 1, insert_deduplication_token = '${table} ${from}', max_threads = 1, max_insert_threads = 1,
        min_insert_block_size_rows = 100000000, min_insert_block_size_bytes = 0, max_insert_block_size = 100000000`);
  }
}

interface Progress {
  readonly table: string;
  readonly done: number;
  readonly hours: readonly Row[];
}

function sayProgress(log: Log, { table, done, hours: { length } }: Progress): void {
  const tenth = (count: number): number => Math.floor((count * TOLD) / length);
  if (done > 0 && tenth(done) === tenth(done - 1)) return;
  log.info("store_upgrade", { table, hours: length, done });
}
