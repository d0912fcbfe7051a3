// One panel of a board: asked for its window with the board's filters, and drawn as its file says.
import type { ReactNode } from "react";
import type { Board, Cell, Drawn, Shown } from "../../board.ts";
import { readCell } from "../../board.ts";
import { LeadingHeatMap } from "../../heat/leading-heat-map.tsx";
import { Empty, Panel } from "../../parts/panel.tsx";
import { FILTERS, rangeParams } from "../../state/filters.ts";
import { changed, type Place } from "../../state/place.ts";
import { rangeOf, refreshOf } from "../../state/range.ts";
import { useApi } from "../../state/use-api.ts";
import { lastOf } from "../../words/time.ts";
import { CellChart } from "./cell-chart.tsx";
import { CellStat } from "./cell-stat.tsx";
import { CellTable } from "./cell-table.tsx";

interface BoardCellProps {
  readonly cell: Cell;
  readonly board: Board;
  readonly place: Place;
}

export function BoardCell({ cell, board, place }: BoardCellProps): ReactNode {
  if (cell.drawn !== null) {
    return <DrawnCell cell={cell} drawn={cell.drawn} board={board} place={place} />;
  }
  return (
    <section className={`panel cell w${cell.width}`}>
      <header className="panel-head">
        <h2>{cell.title}</h2>
      </header>
      <div className="failure" role="alert">
        <p>This panel can&rsquo;t be drawn.</p>
        <p className="small">{cell.fault}</p>
      </div>
    </section>
  );
}

interface DrawnCellProps extends BoardCellProps {
  readonly drawn: Drawn;
}

function DrawnCell({ cell, drawn, board, place }: DrawnCellProps): ReactNode {
  const filters = filtersOf(drawn, { cell, board, place });
  const params = changed(rangeParams(place.params), filters);
  const everyMs = refreshOf(rangeOf(place.params));
  const answer = useApi(`api/v1/query/${cell.panel}?${params.toString()}`, readCell, { everyMs });
  const given = Object.fromEntries(
    Object.entries(filters).filter(([name]) => FILTERS.some((known) => known === name)),
  );
  const unheard = board.variables.filter((name) => {
    return place.params.has(name) && !drawn.takes.includes(name);
  });
  return (
    <Panel
      title={<span title={drawn.question}>{cell.title}</span>}
      from={answer}
      what={cell.title.toLowerCase()}
      className={`cell w${cell.width}`}
      aside={
        unheard.length === 0 ? null : <span className="faint">not by {unheard.join(", ")}</span>
      }
    >
      {({ rows }) => {
        if (rows.length === 0) return <Empty title={`Nothing in ${windowWords(place)}.`} />;
        return <Visual shown={{ cell, drawn, rows, given }} place={place} />;
      }}
    </Panel>
  );
}

/** What the cell itself says goes before what the board's variables say. */
function filtersOf(
  { takes }: Drawn,
  { cell, board, place }: BoardCellProps,
): Record<string, string> {
  const variables = board.variables.filter((name) => takes.includes(name));
  const said = variables.flatMap((name) => {
    const value = place.params.get(name);
    return value === null || value === "" ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(said), ...cell.parameters };
}

function windowWords(place: Place): string {
  const { since, until } = rangeOf(place.params);
  return until === null ? lastOf(since) : "this range";
}

interface VisualProps {
  readonly shown: Shown;
  readonly place: Place;
}

function Visual({ shown, place }: VisualProps): ReactNode {
  const { cell, drawn, rows, given } = shown;
  const filters = { ...given, ...drawn.door };
  const visuals: Readonly<Record<Drawn["visual"], () => ReactNode>> = {
    timeseries: () => <CellChart shown={shown} place={place} />,
    heatmap: () => (
      <LeadingHeatMap label={cell.title} rows={rows} place={place} filters={filters} />
    ),
    stat: () => <CellStat shown={shown} />,
    table: () => <CellTable shown={shown} />,
  };
  return visuals[shown.drawn.visual]();
}
