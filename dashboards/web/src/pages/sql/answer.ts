// What the console's API answers, and what of it can be drawn over time.
import type { CellRow, Shown } from "../../board.ts";
import type { Interval } from "../../state/range.ts";
import { timeMs } from "../../words/time.ts";
import { UNITS, type Unit } from "../../../../../src/store/panels/panel.ts";

export interface SqlColumn {
  readonly name: string;
  readonly type: string;
}

export interface SqlAnswer {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly CellRow[];
  readonly effort: {
    readonly elapsed_ms: number;
    readonly rows_read: number;
    readonly bytes_read: number;
  };
  readonly truncated: boolean;
}

/** Lines that can be told apart in one chart. */
const MOST_LINES = 8;
const DAY = /^\d{4}-\d\d-\d\d$/;

export interface Course {
  readonly shown: Shown;
  readonly interval: Interval;
  readonly lines: number;
  /** Of all lines, those with the biggest values. */
  readonly drawn: number;
}

export function isTime({ type }: SqlColumn): boolean {
  return /^(?:Nullable\()?Date/.test(type);
}

export function isNumber({ type }: SqlColumn): boolean {
  return /^(?:LowCardinality\()?(?:Nullable\()?(?:U?Int|Float|Decimal)/.test(type);
}

/** As panels would call it; a number whose name says nothing is a count. */
export function unitOf(column: SqlColumn): Unit {
  if (isTime(column)) return "time";
  if (!isNumber(column)) return column.name === "trace_id" ? "trace" : "text";
  if (column.name === "status") return "status";
  const last = /[a-z]+$/.exec(column.name.toLowerCase())?.[0];
  const named = UNITS.find((unit) => unit === last && unit !== "time" && unit !== "text");
  return named ?? "count";
}

/** null: there is no time and number in it, or only one moment. */
export function courseOf({ columns, rows }: SqlAnswer): Course | null {
  const time = columns.find(isTime);
  const numbers = columns.filter((column) => isNumber(column) && column.name !== "status");
  if (time === undefined || numbers.length === 0) return null;
  const name = columns.find((column) => unitOf(column) === "text") ?? null;
  const dated = rows.map((row) => datedRow(row, time.name)).filter((row) => row !== null);
  const interval = intervalOf(dated);
  if (interval === null) return null;
  const { kept, lines } = biggest(dated, name?.name ?? null, numbers);
  const shown = shownOf(kept, name === null ? numbers : [name, ...numbers]);
  return { shown, interval, lines, drawn: Math.min(lines, MOST_LINES) };
}

/** As a panel's cell, so that it is drawn as one. */
function shownOf(rows: readonly CellRow[], columns: readonly SqlColumn[]): Shown {
  const drawn = {
    visual: "timeseries" as const,
    question: "",
    takes: [],
    door: {},
    columns: columns.map((column) => ({ name: column.name, unit: unitOf(column), door: {} })),
  };
  const cell = { panel: "", title: "Result", width: 12, parameters: {}, drawn, fault: null };
  return { cell, drawn, rows, given: {} };
}

/** From the first moment to a step beyond the last: a statement's steps are whole. */
function intervalOf(rows: readonly DatedRow[]): Interval | null {
  const moments = [...new Set(rows.map(({ time }) => timeMs(time)))].sort((a, b) => a - b);
  const [first, second] = moments;
  const last = moments.at(-1);
  if (first === undefined || second === undefined || last === undefined) return null;
  return { fromMs: first, toMs: last + (last - first) / (moments.length - 1) };
}

type DatedRow = CellRow & { readonly time: string };

/** Charts read the time from a column of that name. */
function datedRow(row: CellRow, timeName: string): DatedRow | null {
  const value = row[timeName];
  if (typeof value !== "string") return null;
  const time = DAY.test(value) ? `${value}T00:00:00Z` : value;
  return Number.isNaN(timeMs(time)) ? null : { ...row, time };
}

interface Biggest {
  readonly kept: readonly DatedRow[];
  readonly lines: number;
}

function biggest(
  rows: readonly DatedRow[],
  name: string | null,
  numbers: readonly SqlColumn[],
): Biggest {
  if (name === null) return { kept: rows, lines: 1 };
  const byName = Map.groupBy(rows, (row) => String(row[name]));
  const sum = (of: readonly DatedRow[]): number =>
    of.reduce((total, row) => total + Number(row[numbers[0]?.name ?? ""] ?? 0), 0);
  const ordered = [...byName.values()].toSorted((a, b) => sum(b) - sum(a));
  return { kept: ordered.slice(0, MOST_LINES).flat(), lines: ordered.length };
}
