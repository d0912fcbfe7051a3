// Limits of a question to the store, and the settings of ClickHouse that say them.
import { type ClickHouseSettings, SettingsMap } from "@clickhouse/client";

export interface QueryOptions {
  /** The store itself refuses anything that would change it or reach outside it. */
  readonly readonly?: boolean;
  readonly maxRows?: number;
  /** A longer answer is refused with code 396. */
  readonly maxBytes?: number;
  /** A statement that would take more is refused with code 241. */
  readonly maxMemoryBytes?: number;
  readonly timeoutMs?: number;
  /** What finds a few rows by an index is answered by one core sooner than by several that share it. */
  readonly isLookup?: boolean;
  /** Ends the statement, too, where the store can. */
  readonly signal?: AbortSignal;
  /** Conditions that rows of tables have to meet, by DATABASE.TABLE, whatever reads these. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Who asks, for the store's log; the embedded one gives "console" a narrow lane of its own. */
  readonly comment?: string;
}

/**
 * Cores share what is read from so many rows on. ClickHouse's own measure is for rows of some bytes, and sums are few rows
 * of many kilobytes each.
 */
const SHARED = {
  merge_tree_min_rows_for_concurrent_read: "8192",
  merge_tree_min_bytes_for_concurrent_read: "1048576",
} as const;

/**
 * Its time goes into reading some bytes of each of a part's 150 files: the next is read, and marks of all, while one is looked
 * at. A tenth sooner where they are in memory, a third where the slowest are.
 */
const LOOKUP = {
  max_threads: 1,
  load_marks_asynchronously: 1,
  local_filesystem_read_method: "pread_threadpool",
  local_filesystem_read_prefetch: 1,
} as const;

export function settingsOf(
  question: QueryOptions & { readonly timeoutMs: number },
): ClickHouseSettings {
  const { maxRows, maxBytes, maxMemoryBytes, timeoutMs, signal, filters, comment } = question;
  const cores = question.isLookup === true ? LOOKUP : SHARED;
  return {
    max_execution_time: timeoutMs / 1000,
    ...(maxRows === undefined ? {} : { limit: String(maxRows) }),
    ...(maxBytes === undefined
      ? {}
      : { max_result_bytes: String(maxBytes), result_overflow_mode: "throw" as const }),
    ...(maxMemoryBytes === undefined ? {} : { max_memory_usage: String(maxMemoryBytes) }),
    ...(signal === undefined ? {} : { cancel_http_readonly_queries_on_client_close: 1 as const }),
    ...(filters === undefined ? {} : { additional_table_filters: mapOf(filters) }),
    ...(comment === undefined ? {} : { log_comment: comment }),
    // What `requests` makes of its columns (ALIAS) is as much a part of a row as these.
    ...(question.readonly === true
      ? { readonly: "1" as const, asterisk_include_alias_columns: 1 as const, ...cores }
      : {}),
  };
}

/** The client puts quotes around texts and leaves those within as they are. */
function mapOf(texts: Readonly<Record<string, string>>): SettingsMap {
  const pairs = Object.entries(texts).map(([name, text]) => [name, text.replaceAll("'", "\\'")]);
  return SettingsMap.from(Object.fromEntries(pairs) as Record<string, string>);
}
