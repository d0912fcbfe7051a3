// The lines of a search as one file, as the store writes it: JSON lines, CSV or Parquet, newest first.
import type { Readable } from "node:stream";
import type { Store } from "../client.ts";
import {
  EXPORT_TIMEOUT_MS,
  type ExportFormat,
  type ExportWish,
  fileLimits,
} from "../export-file.ts";
import { tablesOf } from "./list-lines.ts";
import { allConditions, type LogFilters, type LogWindow, paramsOf } from "./log-filters.ts";
import type { LogTable } from "./log-source.ts";

export interface LogSearch {
  readonly filters: LogFilters;
  readonly window: LogWindow;
}

/** How many there are to export. Rejects with StoreError. */
export async function countLines(store: Store, { filters, window }: LogSearch): Promise<number> {
  const counts = tablesOf(filters).map(
    (table) =>
      `(SELECT count() AS many FROM ${table.table} WHERE ${allConditions(table, filters)})`,
  );
  const { rows } = await store.query(
    `SELECT sum(many) AS lines FROM (${counts.join(" UNION ALL ")})`,
    paramsOf(filters, window),
    { readonly: true, timeoutMs: EXPORT_TIMEOUT_MS },
  );
  return Number(rows[0]?.["lines"]);
}

/** Rejects with StoreError; code 396 or 241 where it would be too large. */
export async function exportLines(
  store: Store,
  { filters, window }: LogSearch,
  { format, limit }: ExportWish,
): Promise<Readable> {
  const parts = tablesOf(filters).map((table) => `(${linesOf(table, { filters, format })})`);
  return store.file(
    `SELECT * FROM (${parts.join(" UNION ALL ")}) ORDER BY time DESC LIMIT {limit:UInt32}`,
    { ...paramsOf(filters, window), limit },
    fileLimits(format),
  );
}

interface Wanted {
  readonly filters: LogFilters;
  readonly format: ExportFormat;
}

function linesOf(table: LogTable, { filters, format }: Wanted): string {
  const attributes = (sql: string): string => (format === "csv" ? `toJSONString(${sql})` : sql);
  return `SELECT ${table.time} AS time, '${table.source}' AS source, ${table.service} AS service,
      ${table.route} AS route, ${table.severity} AS severity, ${table.text} AS text,
      ${table.traceId} AS trace_id, ${table.spanId} AS span_id,
      ${attributes(table.attributes)} AS attributes, ${attributes(table.resource)} AS resource
    FROM ${table.table} WHERE ${allConditions(table, filters)}
    ORDER BY toStartOfFiveMinutes(${table.time}) DESC, ${table.time} DESC LIMIT {limit:UInt32}`;
}
