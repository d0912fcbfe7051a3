// Every request, newest first, filtered by what is in the URL; a row opens in the sheet.
import { type ReactNode, useState } from "react";
import { useNames } from "../../frame/use-names.ts";
import { ExportMenu } from "../../parts/export-menu.tsx";
import { Empty, Panel } from "../../parts/panel.tsx";
import type { Status } from "../../api.ts";
import type { RequestRow } from "../../request-row.ts";
import { apiParams, FILTERS } from "../../state/filters.ts";
import { change, changeQuietly, type Place } from "../../state/place.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { NoTraffic } from "../overview/overview-page.tsx";
import { LatencyPanel } from "./latency-panel.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { useRequestColumns } from "./request-columns.tsx";
import { type RequestList, useRequestList } from "./use-request-list.ts";

interface RequestsPageProps {
  readonly place: Place;
  readonly status: Status | null;
}

export function RequestsPage({ place, status }: RequestsPageProps): ReactNode {
  const requests = useRequestList(place);
  const { routes } = useNames();
  const { rows } = requests.list;
  const columns = useRequestColumns(rows);
  const filtered = FILTERS.some((name) => place.params.has(name));
  if (requests.first.data?.rows.length === 0 && rows.length === 0 && !filtered) {
    return <NoTraffic place={place} status={status} />;
  }
  return (
    <>
      {isTraffic(place) ? <LatencyPanel place={place} /> : null}
      <Panel
        title={<FilterBar params={place.params} routes={routes} />}
        className="requests"
        from={requests.first}
        what="requests"
        aside={
          <>
            <ExportMenu
              from="requests"
              unit="rows"
              question={apiParams("requests", place.params)}
            />
            <CopyCsv columns={columns} rows={rows} />
          </>
        }
      >
        {() =>
          rows.length === 0 ? (
            <NoMatch />
          ) : (
            <List requests={requests} columns={columns} place={place} />
          )
        }
      </Panel>
    </>
  );
}

/** One trace, and what did not pass through weir, have no latency over time. */
function isTraffic({ params }: Place): boolean {
  return !params.has("trace_id") && (params.get("kind") ?? "request") === "request";
}

interface ListProps {
  readonly requests: RequestList;
  readonly columns: readonly TableColumn<RequestRow>[];
  readonly place: Place;
}

function List({ requests, columns, place }: ListProps): ReactNode {
  const { list, loadOlder, olderError } = requests;
  return (
    <>
      <DataTable
        main
        label="Requests"
        columns={columns}
        rows={list.rows}
        rowKey={({ span_id }) => span_id}
        openKey={place.params.get("open")?.split(".")[1] ?? null}
        onOpen={openRow}
        rowClass={({ span_id }) => (list.fresh.has(span_id) ? "is-new" : "")}
        all={list.hasOlder}
        foot={
          list.next === null ? (
            <p className="list-foot small">That is all there is in this range.</p>
          ) : (
            <OlderButton loadOlder={loadOlder} />
          )
        }
      />
      {olderError === null ? null : (
        <p className="list-foot is-error">Could not load older requests: {olderError.message}</p>
      )}
    </>
  );
}

/** With the sheet open a further row replaces it: Back then leaves the sheet, not each row. */
export function openRow(row: RequestRow): void {
  const open = `${row.trace_id}.${row.span_id}`;
  if (window.location.hash.includes("open=")) changeQuietly({ open });
  else change({ open });
}

function OlderButton({ loadOlder }: Pick<RequestList, "loadOlder">): ReactNode {
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    setBusy(true);
    await loadOlder();
    setBusy(false);
  };
  return (
    <p className="list-foot">
      <button type="button" className="button" disabled={busy} onClick={() => void load()}>
        {busy ? "Loading older requests…" : "Older requests"}
      </button>
    </p>
  );
}

function NoMatch(): ReactNode {
  return (
    <Empty title="No request matches these filters in this range.">
      <p>Remove a filter above, or look further back.</p>
    </Empty>
  );
}
