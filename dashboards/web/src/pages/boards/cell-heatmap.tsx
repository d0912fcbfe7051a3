// Durations over time as cells, darker where more requests were; each cell a door to them.
import { type MouseEvent, type ReactNode, useMemo, useState } from "react";
import type { Shown } from "../../board.ts";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { intervalOf, iso, rangeOf } from "../../state/range.ts";
import { clock, instant } from "../../words/time.ts";
import { count, duration, text } from "../../../../../src/core/quantity.ts";
import { doorOf } from "../../../../../src/store/panels/row-door.ts";
import { type HeatCell, heatModel, type HeatModel, heightOf, ticksOf } from "./heat-model.ts";

interface CellHeatmapProps {
  readonly shown: Shown;
  readonly place: Place;
}

export function CellHeatmap({ shown, place }: CellHeatmapProps): ReactNode {
  const { drawn, rows, given } = shown;
  const model = useMemo(
    () => heatModel(rows, intervalOf(rangeOf(place.params), Date.now())),
    [rows, place],
  );
  const [under, setUnder] = useState<HeatCell | null>(null);
  const open = (event: MouseEvent): void => {
    const cell = cellAt(event, model);
    const door = cell === null ? null : doorOf(drawn, cell.row);
    if (cell === null || door === null) return;
    const window = { since: iso(cell.atMs), until: iso(cell.atMs + model.stepMs) };
    openRequests({ ...window, ...given, ...door });
  };
  return (
    <figure className="heat">
      <figcaption className="legend">{under === null ? HINT : wordsOf(under)}</figcaption>
      <div className="heat-plot">
        <Durations model={model} />
        <svg
          className="heat-cells"
          viewBox="0 0 1 1"
          preserveAspectRatio="none"
          role="img"
          aria-label={summaryOf(shown, model)}
          onMouseMove={(event) => setUnder(cellAt(event, model))}
          onMouseLeave={() => setUnder(null)}
          onClick={open}
        >
          {model.cells.map((cell, index) => (
            <HeatRect key={`${cell.atMs} ${cell.lowNs}`} cell={cell} index={index} model={model} />
          ))}
        </svg>
      </div>
      <Times model={model} />
    </figure>
  );
}

function Durations({ model }: { readonly model: HeatModel }): ReactNode {
  return ticksOf(model).map((ns) => (
    <span key={ns} className="heat-tick" style={{ bottom: `${heightOf(ns, model) * 100}%` }}>
      {text(duration(ns)).replace(/\.0+(?= )/, "")}
    </span>
  ));
}

const HINT = "The stronger the blue, the more requests. Click a cell for them.";

interface HeatRectProps {
  readonly cell: HeatCell;
  readonly index: number;
  readonly model: HeatModel;
}

function HeatRect({ cell, index, model }: HeatRectProps): ReactNode {
  const { fromMs, toMs } = model.interval;
  const [low, high] = [heightOf(cell.lowNs, model), heightOf(cell.highNs, model)];
  return (
    <rect
      data-index={index}
      x={(cell.atMs - fromMs) / (toMs - fromMs)}
      width={model.stepMs / (toMs - fromMs)}
      y={1 - high}
      height={high - low}
      fillOpacity={cell.shade}
    />
  );
}

function cellAt({ target }: MouseEvent, { cells }: HeatModel): HeatCell | null {
  if (!(target instanceof SVGRectElement)) return null;
  return cells[Number(target.dataset["index"])] ?? null;
}

function wordsOf({ atMs, lowNs, highNs, requests }: HeatCell): string {
  const span = `${text(duration(lowNs))} to ${text(duration(highNs))}`;
  return `${clock(atMs)}: ${text(count(requests))} requests of ${span}`;
}

function summaryOf({ cell }: Shown, { cells, lowNs, highNs }: HeatModel): string {
  const requests = cells.reduce((sum, each) => sum + each.requests, 0);
  const span = `${text(duration(lowNs))} to ${text(duration(highNs))}`;
  return `${cell.title}: ${text(count(requests))} requests of ${span}`;
}

function Times({ model: { interval } }: { readonly model: HeatModel }): ReactNode {
  const { fromMs, toMs } = interval;
  const at = [0, 0.25, 0.5, 0.75, 1].map((part) => fromMs + part * (toMs - fromMs));
  return (
    <div className="heat-times" aria-hidden="true">
      {at.map((ms) => (
        <span key={ms}>{instant(ms, Date.now())}</span>
      ))}
    </div>
  );
}
