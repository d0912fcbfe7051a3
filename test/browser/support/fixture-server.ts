// Serves the built UI and canned answers of the admin API, in moods: well, empty, store down, ...
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { extname, join } from "node:path";
import { cursorOf } from "../../../src/store/request-cursor.ts";
import { shadowChange } from "../../../src/telemetry/shadow-change.ts";
import * as figures from "./figures.ts";
import * as canned from "./policy.ts";
import { PROTECTED_TRACE_ID, protectedRow } from "./protected.ts";
import { createRandom, requestRow, requestRows, type Row } from "./request-rows.ts";
import { cannedTrace, TRACE_ID } from "./trace.ts";

const DIST = join(import.meta.dirname, "../../../dashboards/web/dist");
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** As src/admin sends it: what it forbids must show as a complaint. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

interface Mood {
  incident: boolean;
  empty: boolean;
  storeDown: boolean;
  /** The newest request has protected fields. */
  protects: boolean;
  /** Answers nothing under /api until set back. */
  hung: boolean;
  token: string;
  /** Merged over the canned status. */
  status: (nowMs: number) => Record<string, unknown>;
  /** Merged over the canned policy. */
  policy: (nowMs: number) => Record<string, unknown>;
  /** Why cases can't be saved; empty: they can. */
  caseFault: string;
}

export interface Fixture {
  readonly url: string;
  readonly mood: Mood;
  /** API paths asked for, newest last. */
  readonly asked: string[];
  /** Bodies that were posted, newest last. */
  readonly posted: Record<string, unknown>[];
  readonly reset: () => void;
  /** How many streams are open. */
  readonly watchers: () => number;
  /** Sends one row to all open streams. */
  readonly emit: () => Row;
  readonly close: () => Promise<void>;
}

function calm(): Mood {
  return {
    incident: true,
    empty: false,
    storeDown: false,
    protects: false,
    hung: false,
    token: "",
    status: () => ({}),
    policy: () => ({}),
    caseFault: "",
  };
}

export async function startFixture(): Promise<Fixture> {
  const mood = calm();
  const asked: string[] = [];
  const posted: Record<string, unknown>[] = [];
  const streams = new Set<ServerResponse>();
  const random = createRandom(99);
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) =>
      response.writeHead(500).end(String(error)),
    );
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://fixture");
    response.setHeader("content-security-policy", POLICY);
    if (!url.pathname.startsWith("/api/")) return serveFile(url.pathname, response);
    asked.push(url.pathname + url.search);
    if (mood.hung) return undefined;
    if (mood.token !== "" && request.headers.authorization !== `Bearer ${mood.token}`)
      return problem(response, 401, "A bearer token is needed.");
    if (url.pathname === "/api/v1/requests/stream") {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n");
      streams.add(response);
      response.on("close", () => streams.delete(response));
      return undefined;
    }
    if (request.method !== "POST") return answerApi(url, mood, response);
    const body = JSON.parse(await text(request)) as Record<string, unknown>;
    posted.push(body);
    return answerPost(url.pathname, { body, mood }, response);
  };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    mood,
    asked,
    posted,
    reset: () => {
      Object.assign(mood, calm());
      asked.length = 0;
      posted.length = 0;
    },
    watchers: () => streams.size,
    emit: () => {
      const row = requestRow(random, Date.now());
      for (const stream of streams)
        stream.write(`event: request\ndata: ${JSON.stringify(row)}\n\n`);
      return row;
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const name = path === "/" ? "index.html" : path;
  try {
    const body = await readFile(join(DIST, name));
    response
      .writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" })
      .end(body);
  } catch {
    response.writeHead(name === "/favicon.ico" ? 204 : 404).end();
  }
}

function problem(response: ServerResponse, status: number, detail: string): void {
  response
    .writeHead(status, { "content-type": "application/problem+json" })
    .end(JSON.stringify({ status, title: detail, detail }));
}

interface Posted {
  body: Record<string, unknown>;
  mood: Mood;
}

function answerPost(path: string, { body, mood }: Posted, response: ServerResponse): void {
  const isCase = path === "/api/v1/policy/cases";
  if (isCase && mood.caseFault !== "") return problem(response, 409, mood.caseFault);
  const answer = isCase ? canned.savedCase(body) : canned.explanation(body, Date.now());
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  return undefined;
}

function answerApi(url: URL, mood: Mood, response: ServerResponse): void {
  const now = Date.now();
  const path = url.pathname.replace("/api/v1/", "").replace("policy/unused", "unused");
  const [kind = "", name = ""] = path.split("/");
  const fromMemory: Record<string, () => unknown> = {
    status: () => ({ ...figures.status(now), ...mood.status(now) }),
    policy: () =>
      mood.empty ? canned.NOT_ENFORCED : { ...canned.policy(now), ...mood.policy(now) },
    services: () => (mood.empty ? { services: [] } : figures.services(now)),
    routes: () => (mood.empty ? { routes: [] } : figures.ROUTES),
  };
  const fromStore: Record<string, () => unknown> = {
    requests: () => page(url.searchParams, listOf(mood, now)),
    traces: () => traceOf(name, now),
    unused: () => canned.UNUSED,
    query: () => query(name, url.searchParams, mood),
  };
  if (mood.storeDown && kind in fromStore)
    return problem(response, 503, "The store does not answer: connect ECONNREFUSED 127.0.0.1:8123");
  const body = (fromMemory[kind] ?? fromStore[kind])?.();
  if (body === undefined) return problem(response, 404, "There is no such resource.");
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  return undefined;
}

function listOf({ empty, protects }: Mood, nowMs: number): Row[] {
  const rows = empty ? [] : requestRows(240, nowMs);
  return protects ? [protectedRow(nowMs), ...rows] : rows;
}

function traceOf(traceId: string, nowMs: number): unknown {
  if (traceId === TRACE_ID) return cannedTrace(nowMs);
  if (traceId === PROTECTED_TRACE_ID)
    return { trace_id: traceId, requests: [protectedRow(nowMs)], spans: [], logs: [] };
  const requests = requestRows(300, nowMs).filter((row) => row.trace_id === traceId);
  return requests.length === 0 ? undefined : { trace_id: traceId, requests, spans: [], logs: [] };
}

function page(params: URLSearchParams, all: Row[]): unknown {
  const matching = all.filter((row) => matches(row, params));
  // Times go along with the clock; ids stay.
  const above = params.get("before")?.split("~")[1];
  const from = matching.findIndex(({ span_id: id }) => id === above) + 1;
  const rows = matching.slice(from, from + Number(params.get("limit") ?? 100));
  const last = rows.at(-1);
  const isLast = last === undefined || last === matching.at(-1);
  return { rows, next: isLast ? null : cursorOf(last) };
}

type Test = (row: Row, value: string) => boolean;

const TESTS: Record<string, Test> = {
  path: (row, value) => row.path.startsWith(value),
  status_class: ({ status }, value) => String(status).startsWith(value.slice(0, 1)),
  min_duration_ms: (row, value) => row.duration_ns >= Number(value) * 1e6,
  shadow: (row, value) => shadowChange(row.decision, String(row["shadow_decision"])) === value,
};
const SAME = "route service status method principal decision rule upstream trace_id".split(" ");

function matches(row: Row, params: URLSearchParams): boolean {
  return [...params].every(([name, value]) => {
    const test = TESTS[name];
    if (test !== undefined) return test(row, value);
    return !SAME.includes(name) || String(row[name]) === value;
  });
}

function query(name: string, params: URLSearchParams, mood: Mood): unknown {
  const now = Date.now();
  // Only the period before is asked for with both ends.
  const past = params.has("until");
  const incident = mood.incident && !past;
  const toMs = past ? Date.parse(params.get("until")!) : now;
  const answers: Record<string, () => Record<string, unknown>[]> = {
    overview: () => figures.overviewRows(toMs - 3_600_000, toMs, incident),
    summary: () => figures.summaryRow(incident),
    routes: () => figures.ROUTE_ROWS,
    upstreams: figures.upstreamRows,
    errors: () => figures.errorRows(now),
    denials: () => figures.denialRows(now),
    slowest: () => figures.slowestRows(now),
    "latency-heatmap": () => figures.heatRows(now),
    callers: () => figures.callerRows(now),
    rules: () => canned.ruleRows(now),
    shadow: () => canned.shadowRows(now),
  };
  const rows = mood.empty ? [] : answers[name]!();
  const columns = Object.entries(rows[0] ?? {}).map(([column, value]) => ({
    name: column,
    type: typeof value === "string" && !/^\d+$/.test(value) ? "String" : "UInt64",
    unit: column.endsWith("_ns") ? "ns" : null,
  }));
  return { columns, rows };
}
