// Asks the store a panel's question for a window and with filters.
import type { Column, Row } from "../answer.ts";
import type { Store } from "../client.ts";
import { floorTo, readClosings, SUM_GRAINS_S } from "../closings.ts";
import { StoreError } from "../store-error.ts";
import { coverOf, type CoverLimits, withinCover } from "./cover.ts";
import { failureOf } from "./failure.ts";
import type { Panel, Unit } from "./panel.ts";
import { expandPanel, readsSums, rollupFor, stepOfSums, type SumConditions } from "./rollup.ts";

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

const DAY_S = 86_400;
const [FINEST_S] = SUM_GRAINS_S;
const QUERY_TIMEOUT_MS = 20_000;
/** More is no picture any more, and a mistake in somebody's query. */
const MOST_BYTES = 32 << 20;

/** Rejects with StoreError, code 456 where a filter is none of the panel's; PanelFailure where the query is wrong. */
export async function runPanel(
  store: Store,
  panel: Panel,
  request: PanelRequest,
): Promise<PanelRows> {
  const { sql, stepSeconds } = await queryFor(store, panel, request);
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

interface PanelQuery {
  readonly sql: string;
  readonly stepSeconds: number;
}

/** Of the rows or of the sums, macros filled in. */
async function queryFor(store: Store, panel: Panel, request: PanelRequest): Promise<PanelQuery> {
  const { sinceMs, untilMs, filters, leastGrainSeconds } = request;
  const { rollup, stepSeconds } = rollupFor(untilMs - sinceMs, leastGrainSeconds);
  const stepOver = stepOfSums(untilMs - sinceMs);
  const isKept = (name: string): boolean => (filters[name] ?? "") === "";
  const isSummed = panel.sums !== null && stepOver !== null && panel.sums.except.every(isKept);
  const chosen = isSummed
    ? { sql: panel.sums.sql, stepSeconds: stepOver }
    : { sql: panel.sql, stepSeconds };
  if (!readsSums(chosen.sql)) return { ...chosen, sql: expandPanel(chosen.sql, rollup) };
  const closings = await readClosings(store);
  const coarsest = chosen.sql.includes("{step:") ? chosen.stepSeconds : Infinity;
  const conditions = conditionsOn(panel, request, { limits: { closings, coarsest }, isSummed });
  return { ...chosen, sql: expandPanel(chosen.sql, rollup, conditions) };
}

/** Before the window is what is not in it: before the first sum, or up to ten minutes before the first row. */
function conditionsOn(
  { parameters }: Panel,
  { sinceMs, untilMs, filters }: PanelRequest,
  { limits, isSummed }: { readonly limits: CoverLimits; readonly isSummed: boolean },
): SumConditions {
  const [sinceS, untilS] = [sinceMs / 1000, untilMs / 1000];
  const inside = coverOf({ fromS: sinceS, toS: untilS }, limits);
  // The store refuses what is no number of days.
  const days = Number(filters["days"] ?? parameters.get("days")?.fallback ?? 0) || 0;
  const beforeS = (isSummed ? inside[0]?.fromS : undefined) ?? floorTo(sinceS, FINEST_S);
  const since = (fromS: number): string =>
    withinCover("past", coverOf({ fromS, toS: beforeS }, limits));
  return {
    inWindow: withinCover("bucket", inside),
    beforeWindow: `${since(sinceS - days * DAY_S)} AND {days:UInt32} >= 0`,
    inPast: since(2 * sinceS - untilS),
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
