// GET /api/v1/requests/export: the newest request rows of a window as a file.
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { countRequests, exportRequests } from "../../store/export-requests.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { exportsInTurn, fileQuery, sendFile, tooLarge } from "../http/file-answer.ts";
import { NONE } from "../http/schemas.ts";
import { readWindow } from "../http/window.ts";
import type { Questions } from "../questions.ts";
import { filterQuery, filtersOf } from "./filters.ts";

const HOUR_MS = 3_600_000;

const ABOUT =
  "A line of JSON for each, with all columns; or CSV or Parquet (application/vnd.apache.parquet). Header weir-rows " +
  "says how many it holds, weir-rows-found how many there are";

const query = filterQuery.omit({ limit: true, before: true }).extend(fileQuery);

export function requestsExportEndpoint({ ask }: Questions): Endpoint {
  const inTurn = exportsInTurn();
  return defineEndpoint({
    method: "get",
    path: "/api/v1/requests/export",
    summary: "The newest request rows, of the last hour if not told otherwise, as a file",
    parameters: NONE,
    query,
    body: null,
    answer: { about: ABOUT, type: "application/x-ndjson", schema: z.string() },
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: ({ query: { format, limit, ...asked } }) => {
      const nowMs = Date.now();
      const { sinceMs, untilMs = nowMs } = readWindow(asked, nowMs);
      const window = { sinceMs: sinceMs ?? untilMs - HOUR_MS, untilMs };
      const search = { filters: filtersOf(asked), window };
      const send = async (response: ServerResponse): Promise<void> => {
        const found = await ask((store) => countRequests(store, search));
        const wish = { format, limit };
        const file = await ask((store) => exportRequests(store, search, wish), tooLarge);
        const sent = Math.min(found, limit);
        await sendFile(response, file, { name: "requests", unit: "rows", format, sent, found });
      };
      return { kind: "stream", open: (response) => inTurn(() => send(response)) };
    },
  });
}
