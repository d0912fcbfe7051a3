// The one way to the store: batches in, questions out, over ClickHouse's HTTP wherever it runs.
import { Readable } from "node:stream";
import {
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
} from "@clickhouse/client";
import { messageOf } from "../core/errors.ts";
import type { Batch, Delivery, Sink } from "../telemetry/sink.ts";
import { deliveryOf } from "./delivery.ts";
import { parseExact } from "./exact-json.ts";
import { nativeBlock } from "./native/native-block.ts";
import { type QueryOptions, settingsOf } from "./query-settings.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Integers beyond 2^53 - 1 are text, so that none is rounded. */
export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** What it took the store to answer. */
export interface Effort {
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

export interface Answer extends Rows {
  readonly effort: Effort;
}

export interface LinesOptions extends QueryOptions {
  /** More groups than this are refused with code 158, before they take memory. */
  readonly maxGroups?: number;
}

export interface FileOptions extends QueryOptions {
  /** One of ClickHouse's, such as "Parquet". */
  readonly format: string;
}

export type QueryParams = Readonly<Record<string, unknown>>;

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
  /** A statement without an answer. */
  readonly command: (sql: string) => Promise<void>;
  /** Makes the store's database where it is missing. */
  readonly createDatabase: () => Promise<void>;
  /** Why the store does not answer; null where it does. */
  readonly ping: () => Promise<string | null>;
  /** The store's database, from the URL's path. */
  readonly database: string;
  readonly close: () => Promise<void>;
}

/** A statement that failed; `code` is ClickHouse's, null where the store was not reached. */
export class StoreError extends Error {
  readonly code: number | null;

  constructor(message: string, code: number | null, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

const INSERT_TIMEOUT_MS = 60_000;
const QUERY_TIMEOUT_MS = 30_000;
/** The HTTP request outlives the statement's own limit, so that the limit's answer arrives. */
const GRACE_MS = 5000;
const FILE_TIMEOUT_MS = 600_000;

const INSERT_SETTINGS = {
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // A batch is one block, so that its token stands for all of it.
  max_insert_block_size: "1048576",
  input_format_parallel_parsing: 0,
  date_time_input_format: "best_effort",
} as const;

/** `url`: http(s)://user:password@host:port/database; without a path, database weir. */
export function createStore(options: { readonly url: string }): Store {
  const url = new URL(options.url);
  const database = decodeURIComponent(url.pathname.slice(1)) || "weir";
  url.pathname = "";
  const client = connect(url, database);
  return {
    database,
    write: (batch) => write(client, batch),
    query: (sql, params, limits) => query(client, { sql, params: params ?? {}, ...limits }),
    lines: (sql, params, limits) => lines(client, { sql, params, ...limits }),
    file: (sql, params, limits) => file(client, { sql, params, ...limits }),
    syntaxTree: (sql, limits) => syntaxTree(client, { sql, params: {}, ...limits }),
    command: (sql) => command(client, sql),
    createDatabase: async () => {
      // A server refuses every statement that names a database it does not have, even this one.
      const outside = connect(url, "default");
      try {
        await command(outside, `CREATE DATABASE IF NOT EXISTS \`${database}\``);
      } finally {
        await outside.close();
      }
    },
    ping: async () => {
      const result = await client.ping({ select: true });
      return result.success ? null : messageOf(result.error);
    },
    close: () => client.close(),
  };
}

function connect(url: URL, database: string): ClickHouseClient {
  return createClient({
    url,
    database,
    application: "weir",
    request_timeout: INSERT_TIMEOUT_MS,
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

const FORMATS = { lines: "JSONCompactEachRow", groups: "Native" } as const;

function partsOf({ format, body }: Batch): readonly Buffer[] {
  return format === "groups" ? nativeBlock(body) : [body];
}

async function write(client: ClickHouseClient, batch: Batch): Promise<Delivery> {
  try {
    const { stream } = await client.exec({
      query: `INSERT INTO ${batch.table} (${batch.columns.join(", ")}) FORMAT ${FORMATS[batch.format]}`,
      values: Readable.from(partsOf(batch), { objectMode: false }),
      clickhouse_settings: { ...INSERT_SETTINGS, insert_deduplication_token: batch.token },
    });
    // The connection returns to the pool once its answer is read.
    await stream.resume().toArray();
    return { kind: "stored" };
  } catch (thrown) {
    const error = toStoreError(thrown);
    return deliveryOf(error.code, error.message);
  }
}

interface Question extends QueryOptions {
  readonly sql: string;
  readonly params: QueryParams;
}

interface JsonAnswer {
  readonly meta?: readonly Column[];
  readonly data: readonly Row[];
  readonly statistics: {
    /** Seconds. */
    readonly elapsed: number;
    readonly rows_read: number;
    readonly bytes_read: number;
  };
}

/** The question's own signal, and the end of our patience. */
function endOf(limit: AbortSignal, { signal }: QueryOptions): AbortSignal {
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

async function query(client: ClickHouseClient, question: Question): Promise<Answer> {
  const { maxRows, timeoutMs = QUERY_TIMEOUT_MS } = question;
  const limit = AbortSignal.timeout(timeoutMs + GRACE_MS);
  try {
    const result = await client.query({
      query: question.sql,
      query_params: { ...question.params },
      format: "JSON",
      abort_signal: endOf(limit, question),
      clickhouse_settings: settingsOf({ ...question, timeoutMs }),
    });
    const answer = parseExact(await result.text()) as JsonAnswer;
    // Statements other than SELECT know no limit.
    return {
      columns: answer.meta ?? [],
      rows: answer.data.slice(0, maxRows),
      effort: effortOf(answer),
    };
  } catch (thrown) {
    throw limit.aborted ? noAnswer(timeoutMs + GRACE_MS, thrown) : toStoreError(thrown);
  }
}

function effortOf({ statistics }: JsonAnswer): Effort {
  const { elapsed, rows_read: rowsRead, bytes_read: bytesRead } = statistics;
  return { elapsedMs: elapsed * 1000, rowsRead, bytesRead };
}

const LINES_SETTINGS = {
  date_time_output_format: "iso",
  output_format_json_escape_forward_slashes: 0,
  // Else a server that fails midway has answered 200 already.
  wait_end_of_query: 1,
} as const;

async function lines(client: ClickHouseClient, question: Question & LinesOptions): Promise<Buffer> {
  const { maxGroups, timeoutMs = QUERY_TIMEOUT_MS } = question;
  const limit = AbortSignal.timeout(timeoutMs + GRACE_MS);
  try {
    const { stream } = await client.exec({
      query: `${question.sql}\nFORMAT JSONCompactEachRow`,
      query_params: { ...question.params },
      abort_signal: endOf(limit, question),
      clickhouse_settings: {
        ...settingsOf({ ...question, timeoutMs }),
        ...LINES_SETTINGS,
        ...(maxGroups === undefined
          ? {}
          : { max_rows_to_group_by: String(maxGroups), group_by_overflow_mode: "throw" as const }),
      },
    });
    return Buffer.concat((await stream.toArray()) as Buffer[]);
  } catch (thrown) {
    throw limit.aborted ? noAnswer(timeoutMs + GRACE_MS, thrown) : toStoreError(thrown);
  }
}

async function file(client: ClickHouseClient, question: Question & FileOptions): Promise<Readable> {
  const { format, timeoutMs = QUERY_TIMEOUT_MS } = question;
  try {
    const { stream } = await client.exec({
      query: `${question.sql}\nFORMAT ${format}`,
      query_params: { ...question.params },
      // For the file and for whoever reads it slowly.
      abort_signal: endOf(AbortSignal.timeout(FILE_TIMEOUT_MS), question),
      clickhouse_settings: { ...settingsOf({ ...question, timeoutMs }), ...LINES_SETTINGS },
    });
    return stream;
  } catch (thrown) {
    throw toStoreError(thrown);
  }
}

const READ_ONLY_AS = "EXPLAIN AST\n";

async function syntaxTree(
  client: ClickHouseClient,
  question: Question,
): Promise<readonly string[]> {
  const { sql, timeoutMs = QUERY_TIMEOUT_MS } = question;
  try {
    const { stream } = await client.exec({
      query: `${READ_ONLY_AS}${sql}`,
      abort_signal: endOf(AbortSignal.timeout(timeoutMs + GRACE_MS), question),
      clickhouse_settings: settingsOf({ ...question, timeoutMs }),
    });
    return Buffer.concat((await stream.toArray()) as Buffer[])
      .toString()
      .split("\n");
  } catch (thrown) {
    throw withoutPrefix(toStoreError(thrown));
  }
}

/** Places that ClickHouse names are those of the statement as it was given. */
function withoutPrefix({ message, code, cause }: StoreError): StoreError {
  const words = message
    .replace(/(?<=failed at position )\d+/, (at) => String(Number(at) - READ_ONLY_AS.length))
    .replace(/(?<=\(line )\d+(?=, col \d+\))/, (line) => String(Number(line) - 1));
  return new StoreError(words, code, { cause });
}

function noAnswer(withinMs: number, cause: unknown): StoreError {
  return new StoreError(`no answer within ${withinMs} ms`, null, { cause });
}

async function command(client: ClickHouseClient, sql: string): Promise<void> {
  try {
    await client.command({ query: sql });
  } catch (thrown) {
    throw toStoreError(thrown);
  }
}

function toStoreError(thrown: unknown): StoreError {
  if (thrown instanceof ClickHouseError) {
    return new StoreError(thrown.message.trim(), Number(thrown.code), { cause: thrown });
  }
  return new StoreError(messageOf(thrown), null, { cause: thrown });
}
