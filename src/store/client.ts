// The one way to the store: batches in, questions out, over ClickHouse's HTTP wherever it runs.
import type { Readable } from "node:stream";
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from "@clickhouse/client";
import { messageOf } from "../core/errors.ts";
import type { Sink } from "../telemetry/sink.ts";
import type { Answer } from "./answer.ts";
import {
  askFile,
  askLines,
  askRows,
  askSyntaxTree,
  type FileOptions,
  type LinesOptions,
  type QueryParams,
} from "./ask.ts";
import { insert } from "./insert.ts";
import type { QueryOptions } from "./query-settings.ts";
import { toStoreError } from "./store-error.ts";

export interface Store extends Sink {
  /** `{name:Type}` in the SQL takes its value from `params`. Rejects with StoreError. */
  readonly query: (sql: string, params?: QueryParams, options?: QueryOptions) => Promise<Answer>;
  /**
   * The answer as lines of JSONCompactEachRow, times in ISO-8601: whole, so that no half of one is taken
   * for all. Rejects with StoreError.
   */
  readonly lines: (sql: string, params: QueryParams, options: LinesOptions) => Promise<Buffer>;
  /**
   * The answer in a format of the store's, as it comes; it was made whole before. Its times are in ISO-8601 where
   * the format is text. Rejects with StoreError.
   */
  readonly file: (sql: string, params: QueryParams, options: FileOptions) => Promise<Readable>;
  /** EXPLAIN AST of a statement that is not run, a node a line. Rejects with StoreError. */
  readonly syntaxTree: (sql: string, options: QueryOptions) => Promise<readonly string[]>;
  /** A statement without an answer; `limitMs`: how long it may take, where that is more than usual. */
  readonly command: (sql: string, limitMs?: number) => Promise<void>;
  /** Makes the store's database where it is missing. */
  readonly createDatabase: () => Promise<void>;
  /** Why the store does not answer; null where it does. */
  readonly ping: () => Promise<string | null>;
  /** The store's database, from the URL's path. */
  readonly database: string;
  readonly close: () => Promise<void>;
}

const USUAL_LIMIT_MS = 60_000;

export interface StoreOptions {
  /** http(s)://user:password@host:port/database; without a path, database weir. */
  readonly url: string;
  /** How long an insert or another statement may take. */
  readonly limitMs?: number;
}

export function createStore(options: StoreOptions): Store {
  const { limitMs: usualMs = USUAL_LIMIT_MS } = options;
  const url = new URL(options.url);
  const database = decodeURIComponent(url.pathname.slice(1)) || "weir";
  url.pathname = "";
  const client = connect(url, { database, limitMs: usualMs });
  return {
    database,
    write: (batch) => insert(client, batch),
    query: (sql, params, limits) => askRows(client, { sql, params: params ?? {}, ...limits }),
    lines: (sql, params, limits) => askLines(client, { sql, params, ...limits }),
    file: (sql, params, limits) => askFile(client, { sql, params, ...limits }),
    syntaxTree: (sql, limits) => askSyntaxTree(client, { sql, params: {}, ...limits }),
    command: (sql, limitMs) =>
      limitMs === undefined
        ? command(client, sql)
        : apart(connect(url, { database, limitMs }), sql, { max_execution_time: limitMs / 1000 }),
    createDatabase: () => {
      // A server refuses every statement that names a database it does not have, even this one.
      const outside = connect(url, { database: "default", limitMs: usualMs });
      return apart(outside, `CREATE DATABASE IF NOT EXISTS \`${database}\``);
    },
    ping: async () => {
      const result = await client.ping({ select: true });
      return result.success ? null : messageOf(result.error);
    },
    close: () => client.close(),
  };
}

interface Connection {
  readonly database: string;
  /** Longest silence. */
  readonly limitMs: number;
}

function connect(url: URL, { database, limitMs }: Connection): ClickHouseClient {
  return createClient({
    url,
    database,
    application: "weir",
    request_timeout: limitMs,
    max_open_connections: 8,
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 0,
      // Times in answers are UTC whatever the server's own zone is.
      session_timezone: "UTC",
    },
    // Errors are told where they are handled.
    log: { level: ClickHouseLogLevel.OFF },
  });
}

/** One statement, by a client of its own. */
async function apart(
  client: ClickHouseClient,
  sql: string,
  settings: ClickHouseSettings = {},
): Promise<void> {
  try {
    await command(client, sql, settings);
  } finally {
    await client.close();
  }
}

async function command(
  client: ClickHouseClient,
  sql: string,
  settings: ClickHouseSettings = {},
): Promise<void> {
  try {
    await client.command({ query: sql, clickhouse_settings: settings });
  } catch (thrown) {
    throw toStoreError(thrown);
  }
}
