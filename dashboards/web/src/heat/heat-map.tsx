// Durations over time as cells, stronger where more requests were: a cell is a door to them, a box asks about them.
import { type CSSProperties, type ReactNode, useId } from "react";
import { count, duration, text } from "../../../../src/core/quantity.ts";
import { axisMarks, clock } from "../words/time.ts";
import { boxOf, cellsIn, type HeatBox } from "./heat-grid.ts";
import { type HeatCell, type HeatModel, heightOf, shadesOf, ticksOf } from "./heat-model.ts";
import { type BoxActions, useBox } from "./use-box.ts";

interface HeatMapProps {
  readonly model: HeatModel;
  readonly label: string;
  /** The chosen one. */
  readonly box: HeatBox | null;
  readonly onBox: BoxActions["onBox"];
  /** The requests of one cell are asked for. */
  readonly onCell: (cell: HeatBox) => void;
}

const HINT =
  "The stronger the blue, the more requests. Click a cell for them; drag a box, or Shift and arrow keys and Enter, for what is different about them.";

export function HeatMap({ model, label, box, onBox, onCell }: HeatMapProps): ReactNode {
  const hint = useId();
  const { at, draft, handlers } = useBox(model, {
    onBox,
    onCell: (place) => {
      const cell = boxOf(model, place, place);
      if (cellsIn(model, cell).length > 0) onCell(cell);
    },
  });
  const under = draft ?? (at === null ? null : boxOf(model, at, at));
  return (
    <figure className="heat">
      <figcaption className="legend" id={hint} aria-live="polite">
        {under === null ? HINT : wordsOf(model, under)}
      </figcaption>
      <div className="heat-plot">
        <Durations model={model} />
        <svg
          className="heat-cells"
          viewBox="0 0 1 1"
          preserveAspectRatio="none"
          role="application"
          aria-roledescription="heatmap"
          tabIndex={0}
          aria-label={`${label}: ${summaryOf(model)}`}
          aria-describedby={hint}
          {...handlers}
        >
          {shadesOf(model).map(([shade, d]) => (
            <path key={shade} d={d} fillOpacity={shade} />
          ))}
        </svg>
        <Frame className="heat-box" box={draft ?? box} model={model} />
        <Frame className="heat-cursor" box={draft === null ? under : null} model={model} />
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

interface FrameProps {
  readonly className: string;
  readonly box: HeatBox | null;
  readonly model: HeatModel;
}

/** Lies over the plot; what of the box is outside the window is cut off. */
function Frame({ className, box, model }: FrameProps): ReactNode {
  if (box === null) return null;
  const { fromMs, toMs } = model.interval;
  const across = (ms: number): number => part((ms - fromMs) / (toMs - fromMs));
  const up = (ns: number): number => part(heightOf(Math.max(1, ns), model));
  const place: CSSProperties = {
    left: percent(across(box.sinceMs)),
    right: percent(1 - across(box.untilMs)),
    bottom: percent(up(box.minNs)),
    top: percent(1 - up(box.maxNs)),
  };
  return <span className={className} style={place} aria-hidden="true" />;
}

function part(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function percent(value: number): string {
  return `${value * 100}%`;
}

function wordsOf(model: HeatModel, { sinceMs, untilMs, minNs, maxNs }: HeatBox): string {
  const cells = cellsIn(model, { sinceMs, untilMs, minNs, maxNs });
  const time =
    untilMs - sinceMs > model.stepMs ? `${clock(sinceMs)} to ${clock(untilMs)}` : clock(sinceMs);
  const span = `${text(duration(minNs))} to ${text(duration(maxNs))}`;
  return `${time}: ${requestsIn(cells)} requests of ${span}`;
}

function summaryOf({ cells, lowNs, highNs }: HeatModel): string {
  const span = `${text(duration(lowNs))} to ${text(duration(highNs))}`;
  return `${requestsIn(cells)} requests of ${span}`;
}

function requestsIn(cells: readonly HeatCell[]): string {
  return text(count(cells.reduce((sum, each) => sum + each.requests, 0)));
}

function Times({ model: { interval } }: { readonly model: HeatModel }): ReactNode {
  return (
    <div className="heat-times" aria-hidden="true">
      {axisMarks(interval, Date.now()).map(({ share, words }) => (
        <span key={share}>{words}</span>
      ))}
    </div>
  );
}
