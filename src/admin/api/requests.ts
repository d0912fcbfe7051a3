// GET /api/v1/requests: request rows, newest first, filtered and by pages.
import { z } from "zod";
import { listRequests } from "../../store/requests.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { json, row } from "../http/schemas.ts";
import { NONE } from "../http/schemas.ts";
import { readWindow } from "../http/window.ts";
import type { Questions } from "../questions.ts";
import { withIsoTimes } from "../times.ts";
import { filterQuery, filtersOf } from "./filters.ts";

const pageSchema = z.strictObject({
  rows: z.array(row),
  next: z.string().nullable().meta({ description: "`before` of the next, older page" }),
});

export function requestsEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/requests",
    summary: "Requests, newest first",
    parameters: NONE,
    query: filterQuery,
    body: null,
    answer: json("A page of rows", pageSchema),
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async ({ query }) => {
      const { limit, before } = query;
      const window = readWindow(query, Date.now());
      const page = { ...window, limit, ...(before === undefined ? {} : { before }) };
      const { rows, next } = await ask((store) => listRequests(store, filtersOf(query), page));
      return { kind: "json", body: { rows: withIsoTimes(rows, ["started_at"]), next } };
    },
  });
}
