// Cells of a heatmap: where each stands and how strong its colour is.
import type { CellRow } from "../board.ts";
import type { Interval } from "../state/range.ts";
import { timeMs } from "../words/time.ts";

export interface HeatCell {
  readonly row: CellRow;
  readonly atMs: number;
  readonly lowNs: number;
  readonly highNs: number;
  readonly requests: number;
  /** 0 to 1. */
  readonly shade: number;
}

export interface HeatModel {
  readonly cells: readonly HeatCell[];
  readonly stepMs: number;
  /** Powers of two, nanoseconds. */
  readonly lowNs: number;
  readonly highNs: number;
  readonly interval: Interval;
}

const LIGHTEST = 0.14;
/** As many as an eye can tell. */
const SHADES = 24;

export function heatModel(rows: readonly CellRow[], interval: Interval): HeatModel {
  const cells = rows.map((row) => ({
    row,
    atMs: timeMs(String(row["time"])),
    lowNs: Number(row["low_ns"]),
    highNs: Number(row["high_ns"]),
    requests: Number(row["requests"]),
  }));
  const most = Math.max(...cells.map(({ requests }) => requests));
  const shadeOf = (requests: number): number => {
    const strength = Math.round((Math.log1p(requests) / Math.log1p(most)) * SHADES) / SHADES;
    return LIGHTEST + (1 - LIGHTEST) * strength;
  };
  return {
    cells: cells.map((cell) => ({ ...cell, shade: shadeOf(cell.requests) })),
    stepMs: stepOf(cells.map(({ atMs }) => atMs)),
    lowNs: Math.min(...cells.map(({ lowNs }) => lowNs)),
    highNs: Math.max(...cells.map(({ highNs }) => highNs)),
    interval,
  };
}

/** Each with the outline of its cells in a square of one: thousands of elements would make every change of them slow. */
export function shadesOf(model: HeatModel): readonly (readonly [shade: number, d: string])[] {
  const { fromMs, toMs } = model.interval;
  const wide = model.stepMs / (toMs - fromMs);
  const alike = Map.groupBy(model.cells, ({ shade }) => shade);
  return [...alike].map(([shade, cells]) => {
    const outlines = cells.map(({ atMs, lowNs, highNs }) => {
      const [low, high] = [heightOf(lowNs, model), heightOf(highNs, model)];
      return `M${(atMs - fromMs) / (toMs - fromMs)} ${1 - high}h${wide}v${high - low}h${-wide}z`;
    });
    return [shade, outlines.join("")];
  });
}

function stepOf(all: readonly number[]): number {
  const times = [...new Set(all)].sort((a, b) => a - b);
  return Math.min(60_000_000, ...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
}

/** Of the height, from the bottom. */
export function heightOf(ns: number, { lowNs, highNs }: HeatModel): number {
  return Math.log2(ns / lowNs) / Math.log2(highNs / lowNs);
}

const POWERS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11];

/** More would stand on each other. */
const MOST_TICKS = 6;

/** Durations to name at the side. */
export function ticksOf({ lowNs, highNs }: HeatModel): readonly number[] {
  const inside = POWERS.filter((ns) => ns >= lowNs && ns <= highNs);
  const every = Math.ceil(inside.length / MOST_TICKS);
  return inside.filter((_, at) => at % every === 0);
}
