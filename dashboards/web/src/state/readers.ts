// Turns JSON of the API into the types of api.ts; 64-bit integers may come as strings.
import type {
  Column,
  Hold,
  Policy,
  QueryResult,
  Route,
  Service,
  Status,
  UnusedRules,
} from "../api.ts";
import { readRequestRow, type RequestPage, type Trace } from "../request-row.ts";

const NUMERIC_TYPE = /^(LowCardinality\()?(Nullable\()?(U?Int|Float|Decimal)/;

export function readQuery<Row>(json: unknown): QueryResult<Row> {
  const { columns, rows } = json as QueryResult<Record<string, unknown>>;
  const numeric = columns.filter(isNumeric);
  return { columns, rows: rows.map((row) => withNumbers(row, numeric) as Row) };
}

function isNumeric(column: Column): boolean {
  return NUMERIC_TYPE.test(column.type);
}

function withNumbers(
  row: Record<string, unknown>,
  numeric: readonly Column[],
): Record<string, unknown> {
  const out = { ...row };
  for (const { name } of numeric) {
    const value = out[name];
    if (typeof value === "string") out[name] = Number(value);
  }
  return out;
}

export function readStatus(json: unknown): Status {
  return json as Status;
}

export function readPolicy(json: unknown): Policy {
  return json as Policy;
}

export function readUnused(json: unknown): UnusedRules {
  return json as UnusedRules;
}

export function readServices(json: unknown): readonly Service[] {
  return (json as { services: readonly Service[] }).services;
}

export function readHolds(json: unknown): readonly Hold[] {
  return (json as { holds: readonly Hold[] }).holds;
}

export function readRoutes(json: unknown): readonly Route[] {
  return (json as { routes: readonly Route[] }).routes;
}

export function readPage(json: unknown): RequestPage {
  const { rows, next } = json as RequestPage;
  return { rows: rows.map(readRequestRow), next };
}

export function readTrace(json: unknown): Trace {
  const trace = json as Trace;
  const spans = trace.spans.map((span) => {
    const durationNs: unknown = span.duration_ns;
    return { ...span, duration_ns: Number(durationNs) };
  });
  return { ...trace, requests: trace.requests.map(readRequestRow), spans };
}
