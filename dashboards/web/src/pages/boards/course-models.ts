// Rows over time as charts: one for each unit, a line for each name or each column.
import type { CellRow, Shown } from "../../board.ts";
import type { ChartModel, ChartSeries } from "../../charts/chart-model.ts";
import type { Interval } from "../../state/range.ts";
import { timeMs } from "../../words/time.ts";
import { rate, text } from "../../../../../src/core/quantity.ts";
import type { Unit } from "../../../../../src/store/panels/panel.ts";
import { type DoorColumn, doorOf } from "../../../../../src/store/panels/row-door.ts";
import { amountOf, isAmount, labelOf, namelessWords } from "./amounts.ts";

const PALETTE = ["--s0", "--s5", "--s3", "--s1", "--s4", "--s2", "--s6", "--latency", "--accent"];
const MEANT: Readonly<Record<string, string>> = {
  requests: "--rate",
  errors: "--error",
  failures: "--error",
  denied: "--policy",
  p50: "--p50",
  p95: "--p95",
  p99: "--p99",
  "2xx": "--rate",
  "3xx": "--s5",
  "4xx": "--slow",
  "5xx": "--error",
  "(other)": "--previous",
};
/** Counts of a step, drawn by the second so that any range reads alike. */
const BY_SECOND: ReadonlySet<Unit> = new Set<Unit>(["requests", "attempts"]);

interface Grid {
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly stepS: number;
}

export function courseModels(shown: Shown, interval: Interval): readonly ChartModel[] {
  const { cell, drawn } = shown;
  const grid = gridOf(shown.rows, interval);
  const values = drawn.columns.filter(({ unit }) => isAmount(unit));
  return [...Map.groupBy(values, ({ unit }) => unit)].map(([unit, columns]) => ({
    label: `${cell.title} (${unit})`,
    times: [...grid.times],
    stepS: grid.stepS,
    interval,
    marks: [],
    log: false,
    format: (value) => {
      if (BY_SECOND.has(unit)) return text(rate(value, 1));
      return text(amountOf(value, unit) ?? ["", ""]);
    },
    series: linesOf(shown, columns, grid),
  }));
}

/** Whole steps only: one that still fills would always look like a fall. */
function gridOf(rows: readonly CellRow[], { toMs }: Interval): Grid {
  const all = [...new Set(rows.map(({ time }) => timeMs(String(time)) / 1000))].sort(
    (a, b) => a - b,
  );
  const stepS = all.length < 2 ? 60 : Math.min(...all.slice(1).map((at, i) => at - (all[i] ?? 0)));
  const whole = all.filter((at) => (at + stepS) * 1000 <= toMs);
  return { stepS, times: whole.length > 0 ? whole : all };
}

function linesOf(shown: Shown, columns: readonly DoorColumn[], grid: Grid): ChartSeries[] {
  const key = shown.drawn.columns.find(({ unit }) => unit === "text")?.name;
  const rowsByName =
    key === undefined
      ? new Map([["", shown.rows]])
      : Map.groupBy(shown.rows, (row) => String(row[key]));
  const lines = [...rowsByName].flatMap(([name, rows]) =>
    columns.map((column) => lineOf({ name, rows, column, shown }, grid)),
  );
  return lines.map((line, at) => ({
    ...line,
    color: MEANT[line.label] ?? PALETTE[at % PALETTE.length] ?? "--rate",
    fill: lines.length === 1,
  }));
}

interface Line {
  readonly name: string;
  readonly rows: readonly CellRow[];
  readonly column: DoorColumn;
  readonly shown: Shown;
}

function lineOf(
  { name, rows, column, shown }: Line,
  { times, stepS }: Grid,
): Omit<ChartSeries, "color"> {
  const byTime = new Map(rows.map((row) => [timeMs(String(row["time"])) / 1000, row[column.name]]));
  const scale = BY_SECOND.has(column.unit) ? stepS : 1;
  const key = shown.drawn.columns.find(({ unit }) => unit === "text")?.name;
  const door = rows[0] === undefined ? null : doorOf(shown.drawn, rows[0], column);
  return {
    label: key === undefined ? labelOf(column.name).toLowerCase() : nameOf(key, name),
    values: times.map((at) => {
      const value = byTime.get(at);
      return typeof value === "number" ? value / scale : null;
    }),
    ...(door === null ? {} : { filters: { ...shown.given, ...door } }),
  };
}

function nameOf(key: string, name: string): string {
  return name === "" ? namelessWords(key) || "none" : name;
}
