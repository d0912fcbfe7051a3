// POST /api/v1/sql: any reading statement, within limits on rows, bytes and time.
import type { Socket } from "node:net";
import { z } from "zod";
import type { Answer } from "../../store/answer.ts";
import type { StoreError } from "../../store/store-error.ts";
import { askConsole } from "../../store/console.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { column, json, NONE, row } from "../http/schemas.ts";
import { busy, type Questions } from "../questions.ts";
import { timeColumns, withIsoTimes } from "../times.ts";

const MOST_ROWS = 10_000;
/** As JSON; more would hold up the main thread. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_TEXT = 64 * 1024;
const TIMEOUT_MS = 20_000;

const statement = z
  .string()
  .max(MOST_TEXT)
  .refine((sql) => sql.trim() !== "", "must be a statement, such as SELECT count() FROM requests");

const answerSchema = z.strictObject({
  columns: z.array(column),
  rows: z
    .array(row)
    .meta({ description: "Numbers that a double can't hold to the last digit are text" }),
  effort: z
    .strictObject({ elapsed_ms: z.number(), rows_read: z.number(), bytes_read: z.number() })
    .meta({ description: "What it took the store" }),
  truncated: z.boolean().meta({ description: `There are more than ${MOST_ROWS} rows` }),
});

export function sqlEndpoint({ askTyped }: Questions): Endpoint {
  return defineEndpoint({
    method: "post",
    path: "/api/v1/sql",
    summary: "A reading SQL statement",
    parameters: NONE,
    query: NONE,
    body: z.strictObject({ sql: statement }),
    answer: json("Columns and rows", answerSchema),
    problems: ["sql_error", "store_unavailable", "busy", "query_timeout"],
    handle: ({ body: { sql }, request: { socket } }) =>
      whileThere(socket, async (signal) => {
        const limits = {
          maxRows: MOST_ROWS + 1,
          maxBytes: MOST_BYTES,
          timeoutMs: TIMEOUT_MS,
          signal,
        };
        const answer = await askTyped((store) => {
          // Who left while it waited for its turn.
          if (signal.aborted) throw busy();
          return askConsole(store, sql, limits);
        }, refusalOf(sql));
        return { kind: "json", body: answerOf(answer) };
      }),
  });
}

/** The signal is given when the client leaves. */
async function whileThere<T>(
  socket: Socket,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  socket.once("close", leave);
  try {
    return await work(gone.signal);
  } finally {
    socket.off("close", leave);
  }
}

/** Says where the statement can't be read, counted in characters from 1, if the store does. */
function refusalOf(sql: string) {
  return ({ message, code }: StoreError): Problem => {
    const at = Number(/failed at position (\d+)/.exec(message)?.[1]);
    const place = at > 0 ? placeOf(sql, at) : {};
    return new Problem("sql_error", message, { members: { store_code: code, ...place } });
  };
}

/** `at`: of a byte of the statement, from 1. */
function placeOf(sql: string, at: number): { readonly line: number; readonly column: number } {
  const before = Buffer.from(sql)
    .subarray(0, at - 1)
    .toString()
    .split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function answerOf({ columns, rows, effort }: Answer): Record<string, unknown> {
  return {
    columns,
    rows: withIsoTimes(rows.slice(0, MOST_ROWS), timeColumns(columns)),
    effort: {
      elapsed_ms: effort.elapsedMs,
      rows_read: effort.rowsRead,
      bytes_read: effort.bytesRead,
    },
    truncated: rows.length > MOST_ROWS,
  };
}
