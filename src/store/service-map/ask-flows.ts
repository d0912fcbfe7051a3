// Counts who calls what: routes and endpoints from the sums, callers and applications from bounded rows and spans.
import type { Row } from "../answer.ts";
import type { Store } from "../client.ts";
import { expandPanel, rollupFor } from "../panels/rollup.ts";
import { type Spread, spreadOver, withinParts } from "../spread.ts";
import type { Slice } from "../time-slices.ts";
import { type Flow, MOST_NODES, onward, OTHERS, type Place } from "./service-map.ts";

interface MapQuestion {
  readonly window: Slice;
  /** Empty: all. */
  readonly service: string;
  readonly route: string;
}

export interface Flows {
  readonly flows: readonly Flow[];
  /** Seconds that rates are over: the window's, or those since the first request. */
  readonly seconds: number;
  /** Of the window's time that callers and applications were counted in; their numbers stand for all of it. */
  readonly share: number;
}

/** Rows and spans that may be read to tell callers and applications. */
const MOST_READ = 400_000;
const LIMITS = { readonly: true, timeoutMs: 20_000, maxMemoryBytes: 512 << 20 } as const;

const IN_SUMS = `time >= toStartOfInterval({since:DateTime64(3, 'UTC')}, toIntervalSecond({{grain_s}}))
  AND time < {until:DateTime64(3, 'UTC')} AND ({service:String} = '' OR service = {service:String})`;
const ROUTES = `SELECT service, route, sum(requests) AS calls, sum(errors) AS failed, sum(denied) AS refused,
    sumMap(buckets) AS durations, '' AS trace_id
  FROM requests_{{rollup}} WHERE ${IN_SUMS} AND ({route:String} = '' OR route = {route:String})
  GROUP BY service, route ORDER BY calls DESC LIMIT 500`;
const ENDPOINTS = `SELECT service, upstream, sum(attempts) AS calls, sum(failures) AS failed, 0 AS refused,
    sumMap(buckets) AS durations, '' AS trace_id
  FROM upstreams_{{rollup}} WHERE ${IN_SUMS} GROUP BY service, upstream ORDER BY calls DESC LIMIT 500`;
const SECONDS = "SELECT {{observed_s}} AS seconds";
const COUNTS = `SELECT
    (SELECT sum(requests) FROM requests_{{rollup}} WHERE time >= {since:DateTime64(3, 'UTC')} AND time < {until:DateTime64(3, 'UTC')}) AS requests,
    (SELECT count() FROM otel_spans WHERE Timestamp >= {since:DateTime64(3, 'UTC')} AND Timestamp < {until:DateTime64(3, 'UTC')}) AS spans`;

/** Rejects with StoreError. */
export async function askFlows(store: Store, question: MapQuestion): Promise<Flows> {
  const { sinceMs, untilMs } = question.window;
  const { service, route } = question;
  const { rollup } = rollupFor(untilMs - sinceMs);
  const params = { service, route, since: new Date(sinceMs), until: new Date(untilMs) };
  const ask = async (sql: string): Promise<readonly Row[]> =>
    (await store.query(expandPanel(sql, rollup), params, LIMITS)).rows;
  const [counted] = await ask(COUNTS);
  const [requests, spans] = [Number(counted?.["requests"]), Number(counted?.["spans"])];
  const spread = spreadOver(question.window, Math.max(requests, spans), MOST_READ);
  const statements = [SECONDS, ROUTES, ENDPOINTS, callersSql(spread, spans > 0)];
  const ofSpans = spans === 0 ? [] : [behindEndpoints(spread), betweenApps(spread)];
  const answers = await Promise.all([...statements, ...ofSpans].map(ask));
  const rows = (at: number): readonly Row[] => answers[at] ?? [];
  const isNarrowed = service !== "" || route !== "";
  const found = {
    routes: rows(1),
    endpoints: rows(2),
    callers: rows(3),
    behind: rows(4),
    between: rows(5),
  };
  return {
    share: spread.share,
    seconds: Number(rows(0)[0]?.["seconds"]),
    flows: flowsOf(found, { times: 1 / spread.share, isNarrowed }),
  };
}

type Answers = Readonly<
  Record<"routes" | "endpoints" | "callers" | "behind" | "between", readonly Row[]>
>;

interface Meant {
  /** What was read stands for so many times as much. */
  readonly times: number;
  /** To some routes, so applications that these don't reach are left out. */
  readonly isNarrowed: boolean;
}

function flowsOf(answers: Answers, { times, isNarrowed }: Meant): readonly Flow[] {
  const services = new Set(answers.routes.map(({ service }) => service));
  const behind = answers.behind.map((row) => {
    return flowOf(row, [endpointOf(row), appOf(row["callee"])], times);
  });
  const between = answers.between.map((row) => {
    return flowOf(row, [appOf(row["caller"]), appOf(row["callee"])], times);
  });
  // Sums of attempts don't know routes.
  const endpoints = answers.endpoints.filter(({ service }) => services.has(service));
  return [
    ...answers.routes.map((row) => flowOf(row, [routeOf(row), serviceOf(row)], 1)),
    ...endpoints.map((row) => flowOf(row, [serviceOf(row), endpointOf(row)], 1)),
    ...answers.callers.map((row) => flowOf(row, [callerOf(row), routeOf(row)], times)),
    ...behind,
    ...(isNarrowed ? onward(behind, between) : between),
  ];
}

/** Requests of what passed through weir, narrowed as the sums are. */
function inRows(spread: Spread): string {
  return `${withinParts("started_at", spread)} AND kind NOT IN ('decision', 'audit')
    AND ({service:String} = '' OR service = {service:String}) AND ({route:String} = '' OR route = {route:String})`;
}

function inSpans(spread: Spread): string {
  return withinParts("Timestamp", spread);
}

/** Counted by bucket first: maps are made of the few buckets, not of the many rows. */
function merged(keys: string, inner: string): string {
  return `SELECT ${keys}, sum(n) AS calls, sum(failures) AS failed, sum(denials) AS refused,
      sumMap(map(bucket, toUInt64(n))) AS durations, argMax(trace, slowest) AS trace_id
    FROM (${inner}) GROUP BY ${keys} ORDER BY calls DESC LIMIT 500`;
}

function bucketOf(ns: string): string {
  return `toUInt16(floor(log2(greatest(${ns}, 1)) * 8)) AS bucket`;
}

/** A caller is the application whose span called, where that is known, else who the request's credentials name. */
function callersSql(spread: Spread, hasSpans: boolean): string {
  const top = `SELECT principal FROM requests WHERE ${inRows(spread)}
    GROUP BY principal ORDER BY count() DESC, principal LIMIT ${MOST_NODES.caller}`;
  const join = `LEFT ANY JOIN (SELECT TraceId, SpanId, ServiceName FROM otel_spans WHERE ${inSpans(spread)}) AS parent
    ON trace_id = parent.TraceId AND parent_span_id = parent.SpanId`;
  const app = hasSpans ? "toString(parent.ServiceName)" : "''";
  const inner = `SELECT ${app} AS app,
      if(app != '', app, if(principal IN (${top}), principal, '${OTHERS}')) AS caller, service, route,
      ${bucketOf("duration_ns")}, count() AS n, countIf(status >= 500) AS failures, countIf(decision = 'deny') AS denials,
      argMax(trace_id, duration_ns) AS trace, max(duration_ns) AS slowest
    FROM (SELECT trace_id, parent_span_id, principal, service, route, duration_ns, status, decision
      FROM requests WHERE ${inRows(spread)}) AS request ${hasSpans ? join : ""}
    GROUP BY app, caller, service, route, bucket`;
  return merged("app, caller, service, route", inner);
}

const SPAN_COUNTS = `${bucketOf("Duration")}, sum(SampleRate) AS n, sumIf(SampleRate, StatusCode = 'Error') AS failures,
  0 AS denials, argMax(trace_id, Duration) AS trace, max(Duration) AS slowest`;

/** Which application answers at an endpoint: its span's parent is weir's attempt. */
function behindEndpoints(spread: Spread): string {
  const inner = `SELECT service, upstream, ServiceName AS callee, ${SPAN_COUNTS}
    FROM (SELECT TraceId AS trace_id, ParentSpanId, ServiceName, Duration, StatusCode, SampleRate
      FROM otel_spans WHERE ${inSpans(spread)} AND ParentSpanId != '') AS span
    INNER JOIN (SELECT trace_id, service, attempt_span_id[n] AS attempt_id, attempt_upstream[n] AS upstream
      FROM (SELECT trace_id, service, attempt_span_id, attempt_upstream FROM requests WHERE ${inRows(spread)})
      ARRAY JOIN arrayEnumerate(attempt_span_id) AS n) AS attempt
    ON span.trace_id = attempt.trace_id AND span.ParentSpanId = attempt.attempt_id
    GROUP BY service, upstream, callee, bucket`;
  return merged("service, upstream, callee", inner);
}

function betweenApps(spread: Spread): string {
  const inner = `SELECT parent.ServiceName AS caller, child.ServiceName AS callee, ${SPAN_COUNTS}
    FROM (SELECT TraceId AS trace_id, ParentSpanId, ServiceName, Duration, StatusCode, SampleRate
      FROM otel_spans WHERE ${inSpans(spread)} AND ParentSpanId != '') AS child
    INNER JOIN (SELECT TraceId, SpanId, ServiceName FROM otel_spans WHERE ${inSpans(spread)}) AS parent
    ON child.trace_id = parent.TraceId AND child.ParentSpanId = parent.SpanId
    WHERE caller != callee
    GROUP BY caller, callee, bucket`;
  return merged("caller, callee", inner);
}

function flowOf(row: Row, [from, to]: readonly [Place, Place], times: number): Flow {
  const scaled = (name: string): number => Math.round(Number(row[name]) * times);
  const durations = row["durations"] as Readonly<Record<string, number | string>>;
  return {
    from,
    to: to.name === "" && to.kind !== "route" ? null : to,
    calls: scaled("calls"),
    errors: scaled("failed"),
    denied: scaled("refused"),
    buckets: new Map(
      Object.entries(durations).map(([bucket, calls]) => [Number(bucket), Number(calls) * times]),
    ),
    traceId: String(row["trace_id"]),
  };
}

function routeOf({ service, route }: Row): Place {
  return { kind: "route", name: String(route), group: String(service) };
}

function serviceOf({ service }: Row): Place {
  return { kind: "service", name: String(service), group: "" };
}

function endpointOf({ service, upstream }: Row): Place {
  return { kind: "endpoint", name: String(upstream), group: String(service) };
}

function callerOf({ app, caller }: Row): Place {
  return { kind: "caller", name: String(caller), group: app === "" ? "" : "app" };
}

function appOf(name: unknown): Place {
  return { kind: "app", name: String(name), group: "" };
}
