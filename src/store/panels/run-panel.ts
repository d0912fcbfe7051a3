// Asks the store a panel's question for a window and with filters.
import type { Column, Row } from "../answer.ts";
import type { Store } from "../client.ts";
import { StoreError } from "../store-error.ts";
import { failureOf } from "./failure.ts";
import type { Panel, Unit } from "./panel.ts";
import { breakdownFor, expandPanel, rollupFor } from "./rollup.ts";

export interface PanelRequest {
  /** Milliseconds since the epoch; since is inside the window, until is not. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Values for the panel's parameters. */
  readonly filters: Readonly<Record<string, string>>;
  /** Rollups finer than this are no longer kept of that time. */
  readonly leastGrainSeconds?: number;
}

export interface PanelRows {
  readonly columns: readonly (Column & { readonly unit: Unit })[];
  /** Times are UTC, as "2026-11-21 09:30:00.123". */
  readonly rows: readonly Row[];
}

const QUERY_TIMEOUT_MS = 20_000;
/** More is no picture any more, and a mistake in somebody's query. */
const MOST_BYTES = 32 << 20;

/** Rejects with StoreError, code 456 where a filter is none of the panel's; PanelFailure where the query is wrong. */
export async function runPanel(
  store: Store,
  panel: Panel,
  request: PanelRequest,
): Promise<PanelRows> {
  const { sql, stepSeconds } = queryFor(panel, request);
  const params = {
    since: new Date(request.sinceMs),
    until: new Date(request.untilMs),
    step: stepSeconds,
    ...filterValues(panel, request.filters),
  };
  const limits = { readonly: true, timeoutMs: QUERY_TIMEOUT_MS, maxBytes: MOST_BYTES };
  try {
    const { columns, rows } = await store.query(sql, params, limits);
    return { columns: columns.map((column) => ({ ...column, unit: unitOf(panel, column) })), rows };
  } catch (thrown) {
    throw failureOf({ ...panel, sql }, thrown);
  }
}

/** Of the rows or of the sums, macros filled in. */
function queryFor(
  { sql, sums }: Panel,
  { sinceMs, untilMs, filters, leastGrainSeconds }: PanelRequest,
): { readonly sql: string; readonly stepSeconds: number } {
  const windowMs = untilMs - sinceMs;
  const { rollup, stepSeconds } = rollupFor(windowMs, leastGrainSeconds);
  const breakdown = breakdownFor(windowMs);
  const isKept = (name: string): boolean => (filters[name] ?? "") === "";
  if (sums === null || breakdown === null || !sums.except.every(isKept)) {
    return { sql: expandPanel(sql, rollup), stepSeconds };
  }
  const { grainSeconds } = breakdown.rollup;
  return {
    sql: expandPanel(sums.sql, { ...rollup, grainSeconds }),
    stepSeconds: breakdown.stepSeconds,
  };
}

function unitOf({ columns }: Panel, { name }: Column): Unit {
  return columns.get(name)?.unit ?? "text";
}

function filterValues(panel: Panel, filters: PanelRequest["filters"]): Record<string, string> {
  const unknown = Object.keys(filters).find((name) => !panel.parameters.has(name));
  if (unknown !== undefined) {
    const known = [...panel.parameters.keys()].join(", ");
    throw new StoreError(`panel ${panel.name} has no filter ${unknown}; it has ${known}`, 456);
  }
  return Object.fromEntries(
    [...panel.parameters].map(([name, { fallback }]) => [name, filters[name] ?? fallback]),
  );
}
