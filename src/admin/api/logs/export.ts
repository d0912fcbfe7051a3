// GET /api/v1/logs/export: the newest lines of a search as a file.
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { countLines, exportLines } from "../../../store/logs/export-lines.ts";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { exportsInTurn, fileQuery, sendFile, tooLarge } from "../../http/file-answer.ts";
import { NONE } from "../../http/schemas.ts";
import type { Questions } from "../../questions.ts";
import { logQuery, questionOf } from "./log-query.ts";

const ABOUT =
  "A line of JSON for each; or CSV or Parquet (application/vnd.apache.parquet). Header weir-lines says how many " +
  "it holds, weir-lines-found how many there are";

export function logExportEndpoint({ ask }: Questions): Endpoint {
  const inTurn = exportsInTurn();
  return defineEndpoint({
    method: "get",
    path: "/api/v1/logs/export",
    summary: "The newest log lines of a search as a file",
    parameters: NONE,
    query: logQuery.extend(fileQuery),
    body: null,
    answer: { about: ABOUT, type: "application/x-ndjson", schema: z.string() },
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: ({ query }) => {
      const { format, limit } = query;
      const search = questionOf(query, Date.now());
      const send = async (response: ServerResponse): Promise<void> => {
        const found = await ask((store) => countLines(store, search));
        const file = await ask((store) => exportLines(store, search, { format, limit }), tooLarge);
        const facts = { name: "logs", unit: "lines", format, sent: Math.min(found, limit), found };
        await sendFile(response, file, facts);
      };
      return { kind: "stream", open: (response) => inTurn(() => send(response)) };
    },
  });
}
