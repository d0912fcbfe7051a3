// A line chart over time with its legend, which shows the figures under the shared crosshair.
import "uplot/dist/uPlot.min.css";
import { type ReactNode, useRef, useState } from "react";
import { Door } from "../parts/door.tsx";
import { clock } from "../words/time.ts";
import type { ChartActions, ChartModel } from "./chart-model.ts";
import { usePlot } from "./use-plot.ts";

interface TimeChartProps extends ChartActions {
  readonly model: ChartModel;
}

export function TimeChart({ model, onSelect, onPick }: TimeChartProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const [index, setIndex] = useState<number | null>(null);
  usePlot(host, { model, actions: { onSelect, onPick }, onIndex: setIndex });
  return (
    <figure className="chart">
      <Legend model={model} index={index} />
      <div ref={host} className="chart-plot" role="img" aria-label={summaryOf(model)} />
    </figure>
  );
}

interface LegendProps {
  readonly model: ChartModel;
  readonly index: number | null;
}

function Legend({ model, index }: LegendProps): ReactNode {
  const at = index ?? model.times.length - 1;
  const time = model.times[at];
  return (
    <figcaption className="legend">
      {model.series.map((series) => (
        <span key={series.label} className="legend-item">
          <i style={{ background: `var(${series.color})` }} />
          {series.filters === undefined ? (
            series.label
          ) : (
            <Door filters={series.filters}>{series.label}</Door>
          )}
          {series.faint && index === null ? null : (
            <b>{valueWords(series.values[at] ?? null, model)}</b>
          )}
        </span>
      ))}
      {index === null || time === undefined ? null : (
        <span className="legend-time">{clock(time * 1000)}</span>
      )}
    </figcaption>
  );
}

function valueWords(value: number | null, model: ChartModel): string {
  return value === null ? "–" : model.format(value);
}

/** For those who do not see the canvas: the last figures in words. */
function summaryOf(model: ChartModel): string {
  const last = model.times.length - 1;
  const words = model.series
    .filter(({ faint }) => !faint)
    .map(({ label, values }) => `${label} ${valueWords(values[last] ?? null, model)}`);
  return `${model.label}: ${words.join(", ")}`;
}
