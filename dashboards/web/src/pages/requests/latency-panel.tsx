// How long the requests of this range took, over time; a box in it asks what is different about those.
import { type ReactNode, useMemo } from "react";
import { readCell } from "../../board.ts";
import { boxFilters, boxText, readBox } from "../../heat/heat-grid.ts";
import { HeatMap } from "../../heat/heat-map.tsx";
import { heatModel } from "../../heat/heat-model.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { activeFilters, FILTER_LABELS, openRequests, rangeParams } from "../../state/filters.ts";
import { change, changed, type Place } from "../../state/place.ts";
import { intervalOf, iso, rangeOf, refreshOf } from "../../state/range.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import type { CellAnswer, CellRow } from "../../board.ts";
import { DifferencesPanel } from "./differences-panel.tsx";

/** Sums know requests by these alone. */
const SUMMED = ["route", "service"];

export function LatencyPanel({ place }: { readonly place: Place }): ReactNode {
  const { params } = place;
  const isHidden = params.get("latency") === "off";
  const summed = Object.fromEntries(SUMMED.map((name) => [name, params.get(name) || null]));
  const query = changed(rangeParams(params), summed).toString();
  const path = isHidden ? null : `api/v1/query/latency-heatmap?${query}`;
  const answer = useApi(path, readCell, { everyMs: refreshOf(rangeOf(params)) });
  const box = readBox(params.get("box"));
  return (
    <>
      {isHidden ? <ShowButton /> : <Course answer={answer} place={place} />}
      {box === null ? null : <DifferencesPanel box={box} place={place} />}
    </>
  );
}

function ShowButton(): ReactNode {
  return (
    <p className="list-foot">
      <button type="button" className="button" onClick={() => change({ latency: null })}>
        Show latency over time
      </button>
    </p>
  );
}

interface CourseProps {
  readonly answer: Loaded<CellAnswer>;
  readonly place: Place;
}

function Course({ answer, place }: CourseProps): ReactNode {
  const unheard = activeFilters(place).filter(([name]) => !SUMMED.includes(name));
  const aside = (
    <>
      {unheard.length === 0 ? null : (
        <span className="faint">
          all requests: not by {unheard.map(([name]) => FILTER_LABELS[name]).join(", ")}
        </span>
      )}
      <button type="button" className="button quiet" onClick={() => change({ latency: "off" })}>
        Hide
      </button>
    </>
  );
  return (
    <Panel title="Latency" from={answer} what="latency over time" aside={aside}>
      {({ rows }) =>
        rows.length === 0 ? (
          <Empty title="No requests in this range." />
        ) : (
          <Drawn rows={rows} place={place} />
        )
      }
    </Panel>
  );
}

interface DrawnProps {
  readonly rows: readonly CellRow[];
  readonly place: Place;
}

function Drawn({ rows, place }: DrawnProps): ReactNode {
  const { params } = place;
  const model = useMemo(
    () => heatModel(rows, intervalOf(rangeOf(params), Date.now())),
    [rows, params],
  );
  const { fromMs, toMs } = model.interval;
  return (
    <HeatMap
      model={model}
      label="Latency"
      box={readBox(params.get("box"))}
      // The range stays where it is while one looks at a box of it; a copied link shows the same.
      onBox={(box) =>
        change(
          box === null
            ? { box: null }
            : { box: boxText(box), since: iso(fromMs), until: iso(toMs) },
        )
      }
      onCell={(box) => openRequests({ kind: "request", ...boxFilters(box) })}
    />
  );
}
