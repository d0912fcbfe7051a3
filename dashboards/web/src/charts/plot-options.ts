// A chart's model as uPlot's options: axes, colours, crosshair, drag and click.
import type uPlot from "uplot";
import type { ChartActions, ChartModel, ChartSeries } from "./chart-model.ts";
import { drawMarks } from "./marks.ts";

export interface PlotInputs {
  /** Read anew on each draw, so that data may change without a new plot. */
  readonly model: () => ChartModel;
  readonly actions: () => ChartActions;
  readonly onIndex: (index: number | null) => void;
}

const HEIGHT = 168;
/** uPlot.Scale.Distr.Logarithmic: a const enum, which type stripping cannot read. */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const LOG = 3 as uPlot.Scale.Distr;
const FONT = "11px system-ui, sans-serif";

function cssColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function plotData({ times, series }: ChartModel): uPlot.AlignedData {
  return [times, ...series.map(({ values }) => values)];
}

export function plotOptions(inputs: PlotInputs, width: number): uPlot.Options {
  const model = inputs.model();
  return {
    width,
    height: HEIGHT,
    // Right: half of the last time, which stands below the end of the line.
    padding: [14, 16, 0, 0],
    legend: { show: false },
    series: [{}, ...model.series.map(lineOf)],
    scales: { x: { time: true, range: () => xRange(inputs.model()) }, y: yScale(model) },
    axes: [xAxis(), yAxis(inputs)],
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: true, y: false, setScale: false },
      sync: { key: "weir", filters: { pub: onlyMoves, sub: onlyMoves } },
    },
    hooks: {
      draw: [(plot) => drawMarks(plot, inputs.model().marks)],
      setCursor: [(plot) => inputs.onIndex(plot.cursor.idx ?? null)],
      setSelect: [(plot) => select(plot, inputs)],
      ready: [(plot) => listenForClicks(plot, inputs)],
    },
  };
}

/** Charts share the crosshair, not the drag: one drag is one selection. */
function onlyMoves(type: string): boolean {
  return type === "mousemove" || type === "mouseleave";
}

function lineOf({ color, faint = false, fill = false }: ChartSeries): uPlot.Series {
  const stroke = cssColor(color);
  return {
    stroke,
    width: faint ? 1 : 1.5,
    ...(fill ? { fill: `color-mix(in srgb, ${stroke} 14%, transparent)` } : {}),
    points: { show: true, size: 4, filter: loneIndexes },
  };
}

/** Points between two gaps would not show as a line. */
function loneIndexes(plot: uPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex] ?? [];
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null)
      out.push(i);
  }
  return out;
}

function xRange({ interval }: ChartModel): uPlot.Range.MinMax {
  return [interval.fromMs / 1000, interval.toMs / 1000];
}

function yScale({ log }: ChartModel): uPlot.Scale {
  if (log) return { distr: LOG, range: (_, min, max) => logRange(min, max) };
  return { range: (_, min, max) => [Math.min(0, min * 1.1), max > 0 ? max * 1.1 : 1] };
}

function logRange(min: number, max: number): uPlot.Range.MinMax {
  if (!(min > 0)) return [1, 10];
  return [10 ** Math.floor(Math.log10(min)), 10 ** Math.ceil(Math.log10(max * 1.01))];
}

function axis(): uPlot.Axis {
  return {
    font: FONT,
    stroke: () => cssColor("--faint"),
    grid: { stroke: () => cssColor("--grid"), width: 1 },
    ticks: { show: false },
  };
}

function xAxis(): uPlot.Axis {
  return {
    ...axis(),
    size: 24,
    gap: 4,
    space: 64,
    values: (plot, splits) => timeWords(plot, splits),
  };
}

function yAxis(inputs: PlotInputs): uPlot.Axis {
  const words = (values: number[]): string[] =>
    values.map((value) => (value === null ? "" : trimmed(inputs.model().format(value))));
  return { ...axis(), size: 58, gap: 6, space: 34, values: (_, splits) => words(splits) };
}

/** "0.500 /s" as "0.5 /s": an axis needs no even number of digits. */
function trimmed(words: string): string {
  return words.replace(/(\.\d*[1-9])0+(?= |$)|\.0+(?= |$)/, "$1");
}

function timeWords(plot: uPlot, splits: number[]): string[] {
  const spanS = (plot.scales["x"]?.max ?? 0) - (plot.scales["x"]?.min ?? 0);
  return splits.map((seconds) => {
    const at = new Date(seconds * 1000);
    if (spanS > 172_800) return at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    const second = spanS < 300 ? ({ second: "2-digit" } as const) : {};
    return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...second });
  });
}

function select(plot: uPlot, inputs: PlotInputs): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  const interval = {
    fromMs: plot.posToVal(left, "x") * 1000,
    toMs: plot.posToVal(left + width, "x") * 1000,
  };
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  inputs.actions().onSelect(interval);
}

function listenForClicks(plot: uPlot, inputs: PlotInputs): void {
  let downX = 0;
  plot.over.addEventListener("mousedown", (event) => {
    downX = event.clientX;
  });
  plot.over.addEventListener("click", (event) => {
    const { times, stepS } = inputs.model();
    const start = times[plot.cursor.idx ?? -1];
    if (start === undefined || Math.abs(event.clientX - downX) >= 4) return;
    inputs.actions().onPick({ fromMs: start * 1000, toMs: (start + stepS) * 1000 });
  });
}
