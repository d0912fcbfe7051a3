// Durations over time that lead on: a cell to its requests, a box to what is different about them.
import { type ReactNode, useMemo } from "react";
import type { CellRow } from "../board.ts";
import { openRequests } from "../state/filters.ts";
import type { Place } from "../state/place.ts";
import { intervalOf, iso, rangeOf } from "../state/range.ts";
import { boxFilters, boxText } from "./heat-grid.ts";
import { HeatMap } from "./heat-map.tsx";
import { heatModel } from "./heat-model.ts";

interface LeadingHeatMapProps {
  readonly label: string;
  readonly rows: readonly CellRow[];
  readonly place: Place;
  /** What else the requests are told by. */
  readonly filters: Readonly<Record<string, string>>;
}

export function LeadingHeatMap({ label, rows, place, filters }: LeadingHeatMapProps): ReactNode {
  const model = useMemo(
    () => heatModel(rows, intervalOf(rangeOf(place.params), Date.now())),
    [rows, place],
  );
  const { fromMs, toMs } = model.interval;
  return (
    <HeatMap
      model={model}
      label={label}
      box={null}
      onBox={(box) => {
        if (box === null) return;
        openRequests({ since: iso(fromMs), until: iso(toMs), ...filters, box: boxText(box) });
      }}
      onCell={(box) => openRequests({ ...filters, ...boxFilters(box) })}
    />
  );
}
