// What is different about the requests of a box: attributes by how much they tell, each with its two shares.
import { type ReactNode, useState } from "react";
import { type Differences, readDifferences } from "../../differences.ts";
import { boxFilters, type HeatBox } from "../../heat/heat-grid.ts";
import { Door } from "../../parts/door.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Empty, Panel } from "../../parts/panel.tsx";
import { activeFilters, apiParams, openRequests } from "../../state/filters.ts";
import { change, changed, type Place } from "../../state/place.ts";
import { useApi } from "../../state/use-api.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { count, text } from "../../../../../src/core/quantity.ts";
import { differenceColumns, type DifferenceRow, rowsOf } from "./difference-columns.tsx";

const ONCE = { everyMs: null } as const;
/** What is further down tells little. */
const SHOWN = 8;

interface DifferencesPanelProps {
  readonly box: HeatBox;
  readonly place: Place;
}

export function DifferencesPanel({ box, place }: DifferencesPanelProps): ReactNode {
  const found = useApi(`api/v1/differences?${queryOf(box, place)}`, readDifferences, ONCE);
  const filters = { ...Object.fromEntries(activeFilters(place)), ...boxFilters(box) };
  const rows = found.data === null ? [] : rowsOf(found.data);
  const columns = found.data === null ? [] : differenceColumns(found.data, filters);
  const aside = (
    <>
      <Door className="button quiet" filters={filters}>
        Open these requests
      </Door>
      <CopyCsv columns={columns} rows={rows} />
      <button
        type="button"
        className="button quiet"
        aria-label="Close what is different"
        onClick={() => change({ box: null })}
      >
        <Icon name="close" size={14} />
      </button>
    </>
  );
  return (
    <Panel
      title={titleOf(found.data)}
      className="differences"
      from={found}
      what="what is different about these"
      aside={aside}
    >
      {(data) =>
        rows.length === 0 ? (
          <Nothing data={data} />
        ) : (
          <Ranked rows={rows} data={data} filters={filters} />
        )
      }
    </Panel>
  );
}

function queryOf(box: HeatBox, { params }: Place): string {
  const { since, until, min_duration_ms: min, max_duration_ms: max } = boxFilters(box);
  return changed(apiParams("requests", params), {
    selected_since: since ?? null,
    selected_until: until ?? null,
    selected_min_duration_ms: min ?? null,
    selected_max_duration_ms: max ?? null,
  }).toString();
}

function titleOf(data: Differences | null): string {
  if (data === null) return "What is different about these requests";
  const { selected, rest } = data.requests;
  const other = text(count(rest));
  return `What is different about these ${text(count(selected))} requests, against ${other} others`;
}

function Nothing({ data: { compared } }: { readonly data: Differences }): ReactNode {
  if (compared.selected === 0) return <Empty title="No request is in the box." />;
  if (compared.rest === 0) {
    return (
      <Empty title="The box has all requests of this range: there are no others to compare." />
    );
  }
  return (
    <Empty title="Nothing tells these requests from the others with any certainty.">
      <p>A larger box, or a longer range, has more to compare.</p>
    </Empty>
  );
}

interface RankedProps {
  readonly rows: readonly DifferenceRow[];
  readonly data: Differences;
  readonly filters: Readonly<Record<string, string>>;
}

function Ranked({ rows, data, filters }: RankedProps): ReactNode {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? rows : rows.slice(0, SHOWN);
  return (
    <>
      <DataTable
        label="Differences"
        columns={differenceColumns(data, filters)}
        rows={shown}
        rowKey={({ attribute, value }) => `${attribute} ${value}`}
        onOpen={({ door }) => {
          if (door !== null) openRequests({ ...filters, ...door });
        }}
        rowClass={({ isBest }) => (isBest ? "" : "is-further")}
      />
      {rows.length > shown.length ? (
        <p className="list-foot">
          <button type="button" className="button" onClick={() => setAll(true)}>
            {rows.length - shown.length} more
          </button>
        </p>
      ) : null}
    </>
  );
}
