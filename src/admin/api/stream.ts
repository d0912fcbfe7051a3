// GET /api/v1/requests/stream: requests as they end, as server-sent events.
import type { ServerResponse } from "node:http";
import { z } from "zod";
import type { RequestFilters } from "../../store/requests.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { NONE } from "../http/schemas.ts";
import type { Tail, Watcher } from "../tail/tail.ts";
import { filterQuery, filtersOf } from "./filters.ts";

const ABOUT =
  'Events: "request" with a row as JSON, "skipped" with {"rows"} that were not sent because too ' +
  "many came, comments as heartbeats";

/** Far more unread than this, and the watcher is not reading. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

export function streamEndpoint(tail: Tail): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/requests/stream",
    summary: "Requests as they end; since, until, limit and before are ignored",
    parameters: NONE,
    query: filterQuery,
    body: null,
    answer: { about: ABOUT, type: "text/event-stream", schema: z.string() },
    problems: ["busy"],
    handle: ({ query }) => ({
      kind: "stream",
      open: (response) => follow(tail, filtersOf(query), response),
    }),
  });
}

function follow(tail: Tail, filters: RequestFilters, response: ServerResponse): void {
  if (response.req.method === "HEAD") return void response.end();
  const stop = tail.watch(watcherOf(filters, response));
  if (stop === null) throw new Problem("busy", "too many live tails are open");
  response.on("close", stop);
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // For a proxy in front that collects answers before it passes them on.
    "x-accel-buffering": "no",
  });
  response.write(": weir\n\n");
}

function watcherOf(filters: RequestFilters, response: ServerResponse): Watcher {
  const write = (text: string): boolean => {
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
    return response.destroyed || response.write(text);
  };
  return {
    filters,
    row: (json) => write(`event: request\ndata: ${json}\n\n`),
    skipped: (rows) => void write(`event: skipped\ndata: {"rows":${rows}}\n\n`),
    heartbeat: () => void write(": still here\n\n"),
    end: () => response.end(),
  };
}
