// A panel's course of time: a drag narrows the range, a click opens that step's requests, a name its own.
import { type ReactNode, useMemo } from "react";
import type { Shown } from "../../board.ts";
import { TimeChart } from "../../charts/time-chart.tsx";
import { openRequests } from "../../state/filters.ts";
import { change, type Place } from "../../state/place.ts";
import { type Interval, intervalOf, iso, rangeOf } from "../../state/range.ts";
import { courseModels } from "./course-models.ts";

interface CellChartProps {
  readonly shown: Shown;
  readonly place: Place;
}

export function CellChart({ shown, place }: CellChartProps): ReactNode {
  const { drawn, rows, given } = shown;
  const models = useMemo(
    () => courseModels(shown, intervalOf(rangeOf(place.params), Date.now())),
    // The rest of `shown` hangs on these.
    [rows, drawn, place],
  );
  const pick = (interval: Interval): void => {
    if (drawn.door !== null) openRequests({ ...windowOf(interval), ...given, ...drawn.door });
  };
  return models.map((model) => (
    <TimeChart
      key={model.label}
      model={model}
      onSelect={(interval) => change(windowOf(interval))}
      onPick={pick}
    />
  ));
}

function windowOf({ fromMs, toMs }: Interval): { since: string; until: string } {
  return { since: iso(fromMs), until: iso(toMs) };
}
