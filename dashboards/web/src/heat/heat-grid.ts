// A heatmap's places: from the pointer or the keyboard to a cell, from two cells to a box of time and latency; pure.
import { iso } from "../state/range.ts";
import type { HeatCell, HeatModel } from "./heat-model.ts";

/** Counted from the window's beginning and from the shortest latency. */
export interface GridPlace {
  readonly column: number;
  readonly row: number;
}

export interface HeatGrid {
  readonly columns: number;
  readonly rows: number;
  /** Where the first column begins; it may lie a little before the window. */
  readonly firstMs: number;
}

/** Requests that began from since on and before until, and took from minNs to less than maxNs. */
export interface HeatBox {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly minNs: number;
  readonly maxNs: number;
}

/** Rows of an octave of latency. */
const ROWS_AN_OCTAVE = 2;

export function gridOf({ cells, stepMs, lowNs, highNs, interval }: HeatModel): HeatGrid {
  const { fromMs, toMs } = interval;
  const known = cells[0]?.atMs ?? fromMs;
  const firstMs = known - Math.ceil((known - fromMs) / stepMs) * stepMs;
  return {
    firstMs,
    columns: Math.max(1, Math.ceil((toMs - firstMs) / stepMs)),
    rows: Math.max(1, Math.round(Math.log2(highNs / lowNs) * ROWS_AN_OCTAVE)),
  };
}

/** `x` and `y` are parts of the width from the left, and of the height from the bottom. */
export function placeAt(model: HeatModel, x: number, y: number): GridPlace {
  const grid = gridOf(model);
  const { fromMs, toMs } = model.interval;
  const ms = fromMs + x * (toMs - fromMs);
  return within(grid, {
    column: Math.floor((ms - grid.firstMs) / model.stepMs),
    row: Math.floor(y * grid.rows),
  });
}

export function within({ columns, rows }: HeatGrid, { column, row }: GridPlace): GridPlace {
  return {
    column: Math.max(0, Math.min(columns - 1, column)),
    row: Math.max(0, Math.min(rows - 1, row)),
  };
}

/** The box with these two cells in opposite corners, both inside. */
export function boxOf(model: HeatModel, one: GridPlace, other: GridPlace): HeatBox {
  const { firstMs } = gridOf(model);
  const [left, right] = [Math.min(one.column, other.column), Math.max(one.column, other.column)];
  const [low, high] = [Math.min(one.row, other.row), Math.max(one.row, other.row)];
  return {
    sinceMs: firstMs + left * model.stepMs,
    untilMs: firstMs + (right + 1) * model.stepMs,
    minNs: edgeOf(model, low),
    maxNs: edgeOf(model, high + 1),
  };
}

/** The exact power of two, of which the store's answer is a rounded one. */
function edgeOf({ lowNs }: HeatModel, row: number): number {
  return 2 ** ((Math.round(Math.log2(lowNs) * ROWS_AN_OCTAVE) + row) / ROWS_AN_OCTAVE);
}

/** Those whose middle is in the box. */
export function cellsIn({ cells, stepMs }: HeatModel, box: HeatBox): readonly HeatCell[] {
  return cells.filter(({ atMs, lowNs, highNs }) => {
    const [middleMs, middleNs] = [atMs + stepMs / 2, Math.sqrt(lowNs * highNs)];
    const isInTime = middleMs >= box.sinceMs && middleMs < box.untilMs;
    return isInTime && middleNs >= box.minNs && middleNs < box.maxNs;
  });
}

/** As one parameter of the URL: since, until, and both latencies in milliseconds. */
export function boxText({ sinceMs, untilMs, minNs, maxNs }: HeatBox): string {
  return [iso(sinceMs), iso(untilMs), milliseconds(minNs), milliseconds(maxNs)].join("_");
}

/** null where it is none. */
export function readBox(text: string | null): HeatBox | null {
  const [since, until, min, max] = (text ?? "").split("_");
  const [sinceMs, untilMs] = [Date.parse(since ?? ""), Date.parse(until ?? "")];
  const [minNs, maxNs] = [Number.parseFloat(min ?? "") * 1e6, Number.parseFloat(max ?? "") * 1e6];
  const isBox = sinceMs < untilMs && minNs >= 0 && minNs < maxNs;
  return isBox ? { sinceMs, untilMs, minNs, maxNs } : null;
}

/** Durations are whole nanoseconds, so both ends may be the next whole ones. */
function milliseconds(ns: number): string {
  return (Math.ceil(ns) / 1e6).toFixed(6);
}

/** The filters of the request list that lead to a box. */
export function boxFilters({ sinceMs, untilMs, minNs, maxNs }: HeatBox): Record<string, string> {
  return {
    since: iso(sinceMs),
    until: iso(untilMs),
    min_duration_ms: milliseconds(minNs),
    max_duration_ms: milliseconds(maxNs),
  };
}
