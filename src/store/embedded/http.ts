// ClickHouse's HTTP protocol in front of the engine, as far as @clickhouse/client and curl use it.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { messageOf } from "../../core/errors.ts";
import { createLane, type Lane, LaneFullError } from "../../core/lane.ts";
import { createServer } from "../../core/node-http.ts";
import { readBody } from "./body.ts";
import { CONSOLE, credentialsOf, isAllowed, settingsOf, withDefaults } from "./call.ts";
import type { Credentials } from "./call.ts";
import type { Engine, EngineCall, EngineResult } from "./engine.ts";
import { type InsertFile, receiveInsert } from "./insert-file.ts";
import { exceptionCodeOf, httpStatusOf } from "./http-status.ts";
import {
  formatOf,
  type RawInsert,
  rawInsertOf,
  readonlyFault,
  statementFault,
  tokensOf,
} from "./statement.ts";

/** Statements at once; with one thread for the heartbeat they fit libuv's pool (server.ts). */
const READS = 4;
const WRITES = 2;
const WAITING = 200;
/** Of the reads: what people type can hold its place for as long as it likes, since the engine can't end it. */
const TYPED = 2;
const TYPED_WAITING = 16;

/** One statement as it came: its text and the bytes after it. */
interface Asked {
  readonly call: EngineCall;
  /** Of a plain INSERT. */
  readonly target: RawInsert | null;
  readonly body: Buffer;
  /** Instead of a body: rows that only a file can be read from. */
  readonly file: InsertFile | null;
}

/** An HTTP server over the engine; it is not listening yet. */
export function createProtocolServer(engine: Engine, wanted: Credentials): Server {
  const reads = createLane(READS, WAITING);
  const writes = createLane(WRITES, WAITING);
  const typed = createLane(TYPED, TYPED_WAITING);
  const laneOf = ({ settings }: EngineCall): Lane => {
    if (!settings.has("readonly")) return writes;
    if (settings.get("log_comment") !== CONSOLE) return reads;
    return { ...typed, run: (work) => typed.run(() => reads.run(work)) };
  };
  const execute = async ({ call, target, body, file }: Asked): Promise<EngineResult> => {
    const lane = laneOf(call);
    if (target === null) {
      const sql = body.length === 0 ? call.sql : `${call.sql}\n${body.toString()}`;
      return lane.run(() => engine.run({ ...call, sql }));
    }
    try {
      return await lane.run(() => engine.insert(call, target, file?.path ?? body));
    } finally {
      await file?.remove();
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/ping") return void response.end("Ok.\n");
    const queryId = url.searchParams.get("query_id") ?? randomUUID();
    try {
      demand(isAllowed(credentialsOf(request.headers, url.searchParams), wanted), DENIED);
      const asked = await readAsked(request, { url: url.searchParams, folder: engine.folder });
      if (asked === null) return void response.end("Ok.\n");
      const result = demandSize(asked, await execute(asked));
      sendResult(response, { call: asked.call, queryId }, result);
    } catch (thrown) {
      sendFault(response, queryId, wordsOf(thrown));
      // What is left of a body would stand before the next request.
      request.resume();
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  // Above what any client keeps, however long it was halted: one that closes late asks a connection that is gone.
  server.keepAliveTimeout = 120_000;
  return server;
}

const DENIED =
  "Code: 516. DB::Exception: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)";

function demand(fine: boolean, message: string): void {
  if (!fine) throw new Error(message);
}

interface Where {
  readonly url: URLSearchParams;
  /** For files. */
  readonly folder: string;
}

/** null: no statement was given, as in ClickHouse's own "is anybody there". */
async function readAsked(request: IncomingMessage, { url, folder }: Where): Promise<Asked | null> {
  const inUrl = url.get("query");
  const target = inUrl === null ? null : rawInsertOf(inUrl);
  if (inUrl !== null && target?.format === "Native") {
    const call = callOf(request, url, inUrl);
    demandStatement(call, EMPTY);
    return { call, target, body: EMPTY, file: await receiveInsert(request, folder) };
  }
  const body = await readBody(request);
  const text = inUrl ?? body.toString("utf8");
  if (text.trim() === "") return null;
  const call = callOf(request, url, text);
  const rest = inUrl === null ? EMPTY : body;
  demandStatement(call, rest);
  return { call, target: rawInsertOf(text), body: rest, file: null };
}

const EMPTY = Buffer.alloc(0);

function callOf(request: IncomingMessage, url: URLSearchParams, sql: string): EngineCall {
  const settings = withDefaults(settingsOf(url));
  // As on a server, GET must not change anything.
  if (request.method === "GET" && !settings.has("readonly")) settings.set("readonly", "2");
  return {
    sql,
    format: url.get("default_format") ?? header(request, "x-clickhouse-format") ?? "TabSeparated",
    database: url.get("database") ?? header(request, "x-clickhouse-database") ?? "default",
    settings,
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

function demandStatement(call: EngineCall, rest: Buffer): void {
  // Rows after an INSERT are data, whatever words they hold.
  const isInsert = /^\s*INSERT\b/i.test(call.sql);
  const tokens = tokensOf(
    isInsert || rest.length === 0 ? call.sql : `${call.sql}\n${rest.toString()}`,
  );
  const fault = isInsert ? insertFault(call.sql) : statementFault(tokens);
  demand(fault === null, `Code: 62. DB::Exception: Syntax error: ${fault}. (SYNTAX_ERROR)`);
  if ((call.settings.get("readonly") ?? "0") === "0") return;
  const readonly = readonlyFault(tokens);
  demand(
    readonly === null,
    `Code: 164. DB::Exception: Cannot execute query in readonly mode: ${readonly}. (READONLY)`,
  );
}

/** An INSERT's own data may hold any sign; FROM INFILE would read a file of this machine. */
function insertFault(sql: string): string | null {
  const before = /^(?<head>[^]*?)\b(?:FORMAT|VALUES)\b/i.exec(sql)?.groups?.["head"] ?? sql;
  return statementFault(tokensOf(before));
}

/** The engine itself does not look at this limit; result_overflow_mode is always "throw" here. */
function demandSize({ call }: Asked, result: EngineResult): EngineResult {
  const most = Number(call.settings.get("max_result_bytes"));
  const { length } = result.bytes;
  demand(
    !(most > 0) || length <= most,
    `Code: 396. DB::Exception: Limit for result exceeded, max bytes: ${most}, current bytes: ${length}. (TOO_MANY_ROWS_OR_BYTES)`,
  );
  return result;
}

function sendResult(
  response: ServerResponse,
  { call, queryId }: { readonly call: EngineCall; readonly queryId: string },
  result: EngineResult,
): void {
  const format = formatOf(tokensOf(call.sql)) ?? call.format;
  response.writeHead(200, {
    "content-type": contentTypeOf(format),
    "content-length": result.bytes.length,
    "x-clickhouse-format": format,
    "x-clickhouse-query-id": queryId,
    "x-clickhouse-timezone": "UTC",
    "x-clickhouse-server-display-name": "weir",
    "x-clickhouse-summary": summaryOf(result),
  });
  response.end(result.bytes);
}

/** As ClickHouse says it. */
function wordsOf(thrown: unknown): string {
  if (!(thrown instanceof LaneFullError)) return messageOf(thrown);
  return `Code: 202. DB::Exception: Too many simultaneous queries. Maximum: ${thrown.width}. (TOO_MANY_SIMULTANEOUS_QUERIES)`;
}

function sendFault(response: ServerResponse, queryId: string, message: string): void {
  const code = exceptionCodeOf(message);
  response.writeHead(httpStatusOf(code), {
    "content-type": "text/plain; charset=UTF-8",
    "x-clickhouse-exception-code": code,
    "x-clickhouse-query-id": queryId,
  });
  response.end(
    `${message.startsWith("Code:") ? message : `Code: ${code}. DB::Exception: ${message} (UNKNOWN_EXCEPTION)`}\n`,
  );
}

function contentTypeOf(format: string): string {
  if (/EachRow/.test(format)) return "application/x-ndjson; charset=UTF-8";
  if (format.startsWith("JSON")) return "application/json; charset=UTF-8";
  if (format.startsWith("CSV")) return "text/csv; charset=UTF-8; header=absent";
  return "text/tab-separated-values; charset=UTF-8";
}

function summaryOf(result: EngineResult): string {
  return JSON.stringify({
    read_rows: String(result.readRows),
    read_bytes: String(result.readBytes),
    written_rows: String(result.writtenRows),
    written_bytes: String(result.writtenBytes),
    total_rows_to_read: "0",
    result_rows: "0",
    result_bytes: String(result.bytes.length),
    elapsed_ns: String(result.elapsedNs),
  });
}
