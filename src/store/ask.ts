// Asking: a question with its limits becomes rows, lines, a file or the tree of its syntax.
import type { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import type { Answer, Column, Effort, Row } from "./answer.ts";
import { parseExact } from "./exact-json.ts";
import { type QueryOptions, settingsOf } from "./query-settings.ts";
import { StoreError, toStoreError } from "./store-error.ts";

export interface LinesOptions extends QueryOptions {
  /** More groups than this are refused with code 158, before they take memory. */
  readonly maxGroups?: number;
}

export interface FileOptions extends QueryOptions {
  /** One of ClickHouse's, such as "Parquet". */
  readonly format: string;
}

export type QueryParams = Readonly<Record<string, unknown>>;

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

const QUERY_TIMEOUT_MS = 30_000;
/** The HTTP request outlives the statement's own limit, so that the limit's answer arrives. */
const GRACE_MS = 5000;
const FILE_TIMEOUT_MS = 600_000;

const LINES_SETTINGS = {
  date_time_output_format: "iso",
  output_format_json_escape_forward_slashes: 0,
  // Else a server that fails midway has answered 200 already.
  wait_end_of_query: 1,
} as const;

export async function askRows(client: ClickHouseClient, question: Question): Promise<Answer> {
  const { sql, params, maxRows } = question;
  const answer = await inTime(question, async (patience) => {
    const result = await client.query({
      query: sql,
      query_params: { ...params },
      format: "JSON",
      abort_signal: patience.signal,
      clickhouse_settings: settingsOf({ ...question, timeoutMs: patience.timeoutMs }),
    });
    return parseExact(await result.text()) as JsonAnswer;
  });
  // Statements other than SELECT know no limit.
  const rows = answer.data.slice(0, maxRows);
  return { columns: answer.meta ?? [], rows, effort: effortOf(answer) };
}

function effortOf({ statistics }: JsonAnswer): Effort {
  const { elapsed, rows_read: rowsRead, bytes_read: bytesRead } = statistics;
  return { elapsedMs: elapsed * 1000, rowsRead, bytesRead };
}

export function askLines(
  client: ClickHouseClient,
  question: Question & LinesOptions,
): Promise<Buffer> {
  const { sql, params, maxGroups } = question;
  return inTime(question, async (patience) => {
    const { stream } = await client.exec({
      query: `${sql}\nFORMAT JSONCompactEachRow`,
      query_params: { ...params },
      abort_signal: patience.signal,
      clickhouse_settings: {
        ...settingsOf({ ...question, timeoutMs: patience.timeoutMs }),
        ...LINES_SETTINGS,
        ...(maxGroups === undefined
          ? {}
          : { max_rows_to_group_by: String(maxGroups), group_by_overflow_mode: "throw" as const }),
      },
    });
    return whole(stream);
  });
}

export async function askFile(
  client: ClickHouseClient,
  question: Question & FileOptions,
): Promise<Readable> {
  const { sql, params, format, timeoutMs = QUERY_TIMEOUT_MS } = question;
  try {
    const { stream } = await client.exec({
      query: `${sql}\nFORMAT ${format}`,
      query_params: { ...params },
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

export async function askSyntaxTree(
  client: ClickHouseClient,
  question: Question,
): Promise<readonly string[]> {
  try {
    const tree = await inTime(question, async (patience) => {
      const { stream } = await client.exec({
        query: `${READ_ONLY_AS}${question.sql}`,
        abort_signal: patience.signal,
        clickhouse_settings: settingsOf({ ...question, timeoutMs: patience.timeoutMs }),
      });
      return whole(stream);
    });
    return tree.toString().split("\n");
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

interface Patience {
  /** The statement's own limit. */
  readonly timeoutMs: number;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/** Rejects with StoreError, also where there is no answer for longer than the statement may take. */
async function inTime<T>(
  question: QueryOptions,
  ask: (patience: Patience) => Promise<T>,
): Promise<T> {
  const { timeoutMs = QUERY_TIMEOUT_MS } = question;
  const limit = AbortSignal.timeout(timeoutMs + GRACE_MS);
  try {
    return await ask({ timeoutMs, signal: endOf(limit, question) });
  } catch (thrown) {
    if (!limit.aborted) throw toStoreError(thrown);
    throw new StoreError(`no answer within ${timeoutMs + GRACE_MS} ms`, null, { cause: thrown });
  }
}

/** The question's own signal, and the end of our patience. */
function endOf(limit: AbortSignal, { signal }: QueryOptions): AbortSignal {
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

async function whole(stream: Readable): Promise<Buffer> {
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}
