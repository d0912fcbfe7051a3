// How many log lines there are over time and by service, severity and route, in one scan of each table.
import type { Row } from "../answer.ts";
import type { Store } from "../client.ts";
import {
  baseConditions,
  type Facet,
  facetCondition,
  FACETS,
  facetValue,
  type LogFilters,
  type LogWindow,
  paramsOf,
} from "./log-filters.ts";
import { LOG_TABLES, type LogTable } from "./log-source.ts";

export interface LineSummary {
  readonly lines: number;
  /** Of each bar; they stand next to each other from the first multiple at or before the window's begin. */
  readonly stepMs: number;
  /** Bars that have lines, by their begin in milliseconds since the epoch. */
  readonly bars: readonly SummaryBar[];
  /** The most frequent values, first the most; each facet counts under all filters but its own. */
  readonly facets: Readonly<Record<Facet, readonly FacetValue[]>>;
}

export interface SummaryBar {
  readonly startMs: number;
  readonly bySeverity: Readonly<Record<string, number>>;
}

export interface FacetValue {
  readonly value: string;
  readonly lines: number;
}

const BARS = 60;
const MOST_VALUES = 50;
const LIMITS = { readonly: true, timeoutMs: 20_000 } as const;

/** Steps people read, up to a day. */
const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

function stepOf({ sinceMs, untilMs }: LogWindow): number {
  const least = (untilMs - sinceMs) / BARS / 1000;
  return (STEPS_S.find((step) => step >= least) ?? Math.ceil(least / 86_400) * 86_400) * 1000;
}

/** Rejects with StoreError. */
export async function summarizeLines(
  store: Store,
  filters: LogFilters,
  { window, shownUntilMs }: { readonly window: LogWindow; readonly shownUntilMs: number },
): Promise<LineSummary> {
  const stepMs = stepOf({ ...window, untilMs: shownUntilMs });
  const groups = LOG_TABLES.map((table) => `(${groupsOf(table, filters)})`);
  const kept = FACETS.map((facet) => `${facet}_kept`).join(" AND ");
  const others = (facet: Facet): string =>
    FACETS.filter((other) => other !== facet)
      .map((other) => `${other}_kept`)
      .join(" AND ");
  const { rows } = await store.query(
    `SELECT sumIf(many, ${kept}) AS lines,
       sumMapIf(map(concat(toString(slot), ' ', severity), many), ${kept}) AS bars,
       ${FACETS.map((facet) => `sumMapIf(map(${facet}, many), ${others(facet)}) AS ${facet}_lines`).join(", ")}
     FROM (${groups.join(" UNION ALL ")})`,
    { ...paramsOf(filters, window), step_s: stepMs / 1000 },
    LIMITS,
  );
  return { ...summaryOf(rows[0] ?? {}), stepMs };
}

/** Few groups, so that maps are made of them and not of the many lines. */
function groupsOf(table: LogTable, filters: LogFilters): string {
  const kept = FACETS.map(
    (facet) => `${facetCondition(table, facet, filters) ?? "true"} AS ${facet}_kept`,
  );
  const slot = `intDiv(toUnixTimestamp(${table.time}), {step_s:UInt32}) * {step_s:UInt32}`;
  const values = FACETS.map((facet) => `${facetValue(table, facet)} AS ${facet}`);
  return `SELECT ${slot} AS slot, ${values.join(", ")}, ${kept.join(", ")}, count() AS many
    FROM ${table.table} WHERE ${baseConditions(table, filters).join(" AND ")} GROUP BY ALL`;
}

function summaryOf(row: Row): Omit<LineSummary, "stepMs"> {
  return {
    lines: Number(row["lines"]),
    bars: barsOf(mapOf(row["bars"])),
    facets: {
      source: topOf(mapOf(row["source_lines"])),
      severity: topOf(mapOf(row["severity_lines"])),
      service: topOf(mapOf(row["service_lines"])),
      route: topOf(mapOf(row["route_lines"])),
    },
  };
}

function mapOf(value: unknown): readonly (readonly [key: string, lines: number])[] {
  return Object.entries((value ?? {}) as Readonly<Record<string, unknown>>).map(([key, lines]) => [
    key,
    Number(lines),
  ]);
}

/** Keys are "SECONDS SEVERITY". */
function barsOf(counts: ReturnType<typeof mapOf>): readonly SummaryBar[] {
  const bars = Map.groupBy(counts, ([key]) => Number(key.split(" ")[0]));
  return [...bars]
    .map(([startS, each]) => ({
      startMs: startS * 1000,
      bySeverity: Object.fromEntries(
        each.map(([key, lines]) => [key.split(" ")[1] ?? "", lines] as const),
      ),
    }))
    .sort((a, b) => a.startMs - b.startMs);
}

function topOf(counts: ReturnType<typeof mapOf>): readonly FacetValue[] {
  return counts
    .filter(([, lines]) => lines > 0)
    .map(([value, lines]) => ({ value, lines }))
    .sort((a, b) => b.lines - a.lines || (a.value < b.value ? -1 : 1))
    .slice(0, MOST_VALUES);
}
