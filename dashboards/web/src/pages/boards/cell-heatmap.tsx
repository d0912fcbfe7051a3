// A panel's durations over time: a cell leads to its requests, a box to what is different about them.
import { type ReactNode, useMemo } from "react";
import type { Shown } from "../../board.ts";
import { boxFilters, boxText } from "../../heat/heat-grid.ts";
import { HeatMap } from "../../heat/heat-map.tsx";
import { heatModel } from "../../heat/heat-model.ts";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { intervalOf, iso, rangeOf } from "../../state/range.ts";

interface CellHeatmapProps {
  readonly shown: Shown;
  readonly place: Place;
}

export function CellHeatmap({ shown, place }: CellHeatmapProps): ReactNode {
  const { cell, drawn, rows, given } = shown;
  const model = useMemo(
    () => heatModel(rows, intervalOf(rangeOf(place.params), Date.now())),
    [rows, place],
  );
  const { fromMs, toMs } = model.interval;
  return (
    <HeatMap
      model={model}
      label={cell.title}
      box={null}
      onBox={(box) => {
        if (box === null) return;
        openRequests({ since: iso(fromMs), until: iso(toMs), ...given, box: boxText(box) });
      }}
      onCell={(box) => openRequests({ ...given, ...drawn.door, ...boxFilters(box) })}
    />
  );
}
