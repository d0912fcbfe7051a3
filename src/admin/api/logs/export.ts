// GET /api/v1/logs/export: the newest lines of a search as a file.
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { StoreError } from "../../../store/store-error.ts";
import {
  countLines,
  EXPORT_FORMATS,
  type ExportFormat,
  exportLines,
  MOST_EXPORTED,
} from "../../../store/logs/export-lines.ts";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { NONE } from "../../http/schemas.ts";
import type { Questions } from "../../questions.ts";
import { logQuery, questionOf } from "./log-query.ts";

const ABOUT =
  "A line of JSON for each; or CSV or Parquet (application/vnd.apache.parquet). Header weir-lines says how many " +
  "it holds, weir-lines-found how many there are";

const TYPES: Readonly<Record<ExportFormat, string>> = {
  jsonl: "application/x-ndjson; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
};

/** Each may be a file of many megabytes on its way. */
const AT_ONCE = 2;
/** Who reads nothing for as long is gone. */
const IDLE_MS = 60_000;
/** ClickHouse's ErrorCodes.cpp: too much memory, too many bytes. */
const TOO_LARGE = new Set([241, 396]);

const exportQuery = logQuery.extend({
  format: z.enum(EXPORT_FORMATS).default("jsonl"),
  limit: z
    .string()
    .regex(/^\d{1,6}$/, "must be a whole number")
    .transform(Number)
    .refine((lines) => lines >= 1 && lines <= MOST_EXPORTED, `must be 1 to ${MOST_EXPORTED}`)
    .default(MOST_EXPORTED),
});

export function logExportEndpoint({ ask }: Questions): Endpoint {
  let open = 0;
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (open >= AT_ONCE) throw new Problem("busy", "too many exports are under way");
    open++;
    try {
      return await work();
    } finally {
      open--;
    }
  };
  return defineEndpoint({
    method: "get",
    path: "/api/v1/logs/export",
    summary: "The newest log lines of a search as a file",
    parameters: NONE,
    query: exportQuery,
    body: null,
    answer: { about: ABOUT, type: "application/x-ndjson", schema: z.string() },
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: ({ query }) => {
      const { format, limit } = query;
      const search = questionOf(query, Date.now());
      const send = async (response: ServerResponse): Promise<void> => {
        const found = await ask((store) => countLines(store, search));
        const lines = Math.min(found, limit);
        const file = await ask((store) => exportLines(store, search, { format, limit }), tooLarge);
        await sendFile(response, file, { format, lines, found });
      };
      return { kind: "stream", open: (response) => inTurn(() => send(response)) };
    },
  });
}

function tooLarge(error: StoreError): Problem {
  if (!TOO_LARGE.has(error.code ?? 0))
    return new Problem("internal", "see weir's log", { cause: error });
  return new Problem("bad_parameter", "limit: the file would be too large; ask for fewer lines", {
    members: { parameter: "limit" },
    cause: error,
  });
}

interface FileFacts {
  readonly format: ExportFormat;
  readonly lines: number;
  readonly found: number;
}

async function sendFile(
  response: ServerResponse,
  file: Readable,
  { format, lines, found }: FileFacts,
): Promise<void> {
  const name = `weir-logs-${new Date().toISOString().replace(/\.\d+|[-:]/g, "")}.${format}`;
  response.setTimeout(IDLE_MS, () => response.destroy());
  response.writeHead(200, {
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
    "weir-lines": String(lines),
    "weir-lines-found": String(found),
  });
  // Whoever leaves ends the question, too; a file that breaks off is seen to be cut short.
  await pipeline(file, response).catch(() => response.destroy());
}
