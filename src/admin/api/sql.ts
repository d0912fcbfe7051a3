// POST /api/v1/sql: any reading statement, within limits on rows, bytes and time.
import type { Socket } from "node:net";
import { z } from "zod";
import type { Rows, StoreError } from "../../store/client.ts";
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
        }, refused);
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

function refused(error: StoreError): Problem {
  return new Problem("sql_error", error.message, { members: { store_code: error.code } });
}

function answerOf({ columns, rows }: Rows): Record<string, unknown> {
  return {
    columns,
    rows: withIsoTimes(rows.slice(0, MOST_ROWS), timeColumns(columns)),
    truncated: rows.length > MOST_ROWS,
  };
}
