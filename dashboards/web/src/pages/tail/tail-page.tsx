// Requests as they end: filtered by the URL, held while somebody reads, each row the door to its trace.
import { type ReactNode, useCallback, useState } from "react";
import type { Status } from "../../api.ts";
import type { RequestRow } from "../../request-row.ts";
import { useNames } from "../../frame/use-names.ts";
import { Empty } from "../../parts/panel.tsx";
import { filterParams } from "../../state/filters.ts";
import { isTyping, useKeys } from "../../state/keys.ts";
import { live } from "../../state/live.ts";
import { change, type Place } from "../../state/place.ts";
import { useSignal } from "../../state/signal.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { clock } from "../../words/time.ts";
import { FilterBar } from "../requests/filter-bar.tsx";
import { useRequestColumns } from "../requests/request-columns.tsx";
import { openRow } from "../requests/requests-page.tsx";
import { TailHead } from "./tail-head.tsx";
import { type Tail, useTail } from "./use-tail.ts";

interface TailPageProps {
  readonly place: Place;
  readonly status: Status | null;
}

export function TailPage({ place, status }: TailPageProps): ReactNode {
  const filters = filterParams(place);
  const { heldBy, goOn } = useHold(place);
  const tail = useTail(new URLSearchParams(filters).toString(), heldBy !== null);
  const { rows } = tail.state.list;
  const columns = useRequestColumns(rows);
  const { routes } = useNames();
  return (
    <section className="panel requests">
      <header className="panel-head">
        <h2>
          <FilterBar params={place.params} routes={routes} />
        </h2>
        <div className="panel-aside">
          <CopyCsv columns={columns} rows={rows} />
        </div>
      </header>
      <TailHead tail={tail} filters={filters} heldBy={heldBy} onGoOn={goOn} />
      {rows.length === 0 ? (
        <Quiet tail={tail} isFiltered={Object.keys(filters).length > 0} status={status} />
      ) : (
        <Rows tail={tail} columns={columns} place={place} />
      )}
    </section>
  );
}

interface Hold {
  readonly heldBy: string | null;
  readonly goOn: () => void;
}

const READING = new Set(["j", "k", "ArrowDown", "ArrowUp"]);

/** The list stands still while it is paused, while a row is open, and from the first j or k on: rows that move can't be picked. */
function useHold({ params }: Place): Hold {
  const isLive = useSignal(live);
  const isOpen = params.has("open");
  const [isReading, setReading] = useState(false);
  const goOn = useCallback(() => {
    live.set(true);
    setReading(false);
    if (isOpen) change({ open: null });
  }, [isOpen]);
  useKeys(
    useCallback((event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (READING.has(event.key)) setReading(true);
      else if (event.key === "Escape") setReading(false);
      else if (event.key === "p") live.set(!live.get());
    }, []),
  );
  const heldBy = isLive ? (isOpen || isReading ? "Held while you read" : null) : "Paused";
  return { heldBy, goOn };
}

interface RowsProps {
  readonly tail: Tail;
  readonly columns: readonly TableColumn<RequestRow>[];
  readonly place: Place;
}

function Rows({ tail, columns, place }: RowsProps): ReactNode {
  const { rows } = tail.state.list;
  return (
    <DataTable
      main
      all
      label="Live requests"
      columns={columns}
      rows={rows}
      rowKey={({ span_id }) => span_id}
      openKey={place.params.get("open")?.split(".")[1] ?? null}
      onOpen={openRow}
    />
  );
}

interface QuietProps {
  readonly tail: Tail;
  readonly isFiltered: boolean;
  readonly status: Status | null;
}

function Quiet({ tail, isFiltered, status }: QuietProps): ReactNode {
  const since = clock(tail.state.openedMs);
  if (isFiltered) {
    return (
      <Empty title={`Nothing that matches these filters has ended since ${since}.`}>
        <p>It shows here as soon as it does. Or remove a filter above.</p>
      </Empty>
    );
  }
  return (
    <Empty title={`No request has ended since ${since}.`}>
      <p>
        Send one through weir&rsquo;s proxy port; it shows here at once, whether the store answers
        or not:
      </p>
      {status === null ? null : <pre>curl -i {status.proxy}/</pre>}
    </Empty>
  );
}
