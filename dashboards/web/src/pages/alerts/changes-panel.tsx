// Which alerts began and ended in the range, as the audit rows have it.
import type { ReactNode } from "react";
import type { QueryResult } from "../../api.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { rangeParams } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { rangeOf, refreshOf } from "../../state/range.ts";
import { readQuery } from "../../state/readers.ts";
import { useApi } from "../../state/use-api.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { instant, lastOf, timeMs } from "../../words/time.ts";

interface AlertChange {
  readonly started_at: string;
  readonly state: "firing" | "resolved";
  readonly alert: string;
  readonly severity: string;
  readonly summary: string;
  readonly value: string;
  readonly labels: string;
  readonly alert_id: string;
}

export function ChangesPanel({ place }: { readonly place: Place }): ReactNode {
  const range = rangeOf(place.params);
  const path = `api/v1/query/alert-changes?${rangeParams(place.params).toString()}`;
  const changes = useApi<QueryResult<AlertChange>>(path, readQuery, { everyMs: refreshOf(range) });
  const rows = changes.data?.rows ?? [];
  return (
    <Panel
      title="Began and ended"
      from={changes}
      what="what began and ended"
      aside={<CopyCsv columns={COLUMNS} rows={rows} />}
    >
      {() =>
        rows.length === 0 ? (
          <Empty title={`No alert began or ended in ${lastOf(range.since)}.`} />
        ) : (
          <DataTable
            label="Began and ended"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ started_at, alert_id, state }) => `${started_at} ${alert_id} ${state}`}
          />
        )
      }
    </Panel>
  );
}

const COLUMNS: readonly TableColumn<AlertChange>[] = [
  {
    key: "started_at",
    label: "When",
    value: (row) => row.started_at,
    show: (row) => instant(timeMs(row.started_at), Date.now()),
  },
  {
    key: "state",
    label: "What",
    value: ({ state }) => state,
    show: ({ state }) => (
      <span className={`tag ${state === "firing" ? "bad" : ""}`}>
        {state === "firing" ? "began" : "ended"}
      </span>
    ),
  },
  {
    key: "alert",
    label: "Alert",
    value: ({ alert, summary }) => `${alert}: ${summary}`,
    show: ({ alert, summary }) => (
      <span title={summary}>
        {alert} <span className="muted">{summary}</span>
      </span>
    ),
    wide: true,
    lead: true,
  },
  { key: "severity", label: "Severity", value: ({ severity }) => severity },
  { key: "value", label: "Value", value: ({ value }) => value, numeric: true },
];
