// GET /api/v1/policy/recorded: what was decided in a time, as lines of JSON, for whoever decides it again.
import type { ServerResponse } from "node:http";
import { finished } from "node:stream/promises";
import { z } from "zod";
import { messageOf } from "../../core/errors.ts";
import { countLines } from "../../core/lines.ts";
import { RECORDED_COLUMNS } from "../../policy/replay/recorded.ts";
import { countRecorded, readRecorded, type RecordedQuestion } from "../../store/recorded.ts";
import type { Bucket } from "../../store/time-slices.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { iso, NONE } from "../http/schemas.ts";
import { roomOrEnd } from "../http/send.ts";
import { readWindow } from "../http/window.ts";
import type { Questions } from "../questions.ts";
import { filterQuery, filtersOf, trafficUnlessTold } from "./filters.ts";

const ABOUT =
  'First {"columns", "since", "until", "requests"}; then an array for each group of requests that asked ' +
  'the same of the same rule, which may come again in a later part of the window; last {"groups"}, or ' +
  '{"problem"} where it broke off';

const DAY_MS = 86_400_000;
/** Each holds an answer of some megabytes while its client reads. */
const AT_ONCE = 2;
/** Longer than the store takes; who reads nothing for as long is gone. */
const IDLE_MS = 60_000;

const recordedQuery = filterQuery
  .pick({
    since: true,
    until: true,
    route: true,
    service: true,
    method: true,
    principal: true,
    decision: true,
    path: true,
  })
  .extend({ kind: trafficUnlessTold });

export function recordedEndpoint({ ask }: Questions): Endpoint {
  let open = 0;
  const send = async (response: ServerResponse, recorded: Recorded): Promise<void> => {
    // Gone while it was counted: nothing would tell of that any more.
    if (response.destroyed) return;
    if (open >= AT_ONCE) throw new Problem("busy", "too many are reading recorded decisions");
    open++;
    try {
      await pump(response, recorded, ask);
    } finally {
      open--;
    }
  };
  return defineEndpoint({
    method: "get",
    path: "/api/v1/policy/recorded",
    summary: "Recorded decisions, grouped, since a day ago if not told otherwise",
    parameters: NONE,
    query: recordedQuery,
    body: null,
    answer: { about: ABOUT, type: "application/x-ndjson", schema: z.string() },
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async ({ query }) => {
      const nowMs = Date.now();
      const { untilMs = nowMs, sinceMs = untilMs - DAY_MS } = readWindow(query, nowMs);
      const question = { filters: filtersOf(query), window: { sinceMs, untilMs } };
      const buckets = await ask((store) => countRecorded(store, question));
      return { kind: "stream", open: (response) => send(response, { ...question, buckets }) };
    },
  });
}

interface Recorded extends Omit<RecordedQuestion, "signal"> {
  readonly buckets: readonly Bucket[];
}

/** As fast as the client reads; what it no longer waits for is not asked. */
async function pump(
  response: ServerResponse,
  { filters, window, buckets }: Recorded,
  ask: Questions["ask"],
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.setTimeout(IDLE_MS, () => response.destroy());
  response.writeHead(200, {
    "content-type": "application/x-ndjson; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  if (response.req.method === "HEAD") return void response.end();
  response.write(lineOf(headOf(window, buckets)));
  try {
    const question = { filters, window, signal: gone.signal };
    let groups = 0;
    for await (const lines of readRecorded(ask, question, buckets)) {
      if (!response.write(lines)) await roomOrEnd(response);
      if (response.destroyed) return;
      groups += countLines(lines);
    }
    response.end(lineOf({ groups }));
  } catch (thrown) {
    if (response.destroyed) return;
    response.end(lineOf({ problem: problemOf(thrown) }));
  }
  await finished(response).catch(() => undefined);
}

function headOf(
  { sinceMs, untilMs }: RecordedQuestion["window"],
  buckets: readonly Bucket[],
): object {
  return {
    columns: RECORDED_COLUMNS,
    since: iso(sinceMs),
    until: iso(untilMs),
    requests: buckets.reduce((sum, { rows }) => sum + rows, 0),
  };
}

function problemOf(thrown: unknown): object {
  if (thrown instanceof Problem) return thrown.body();
  return new Problem("internal", messageOf(thrown)).body();
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
