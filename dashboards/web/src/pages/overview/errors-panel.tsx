// What fails most: route, upstream and code together.
import type { ReactNode } from "react";
import type { ErrorRow, QueryResult } from "../../api.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { StatusMark } from "../../parts/status-mark.tsx";
import { openRequests } from "../../state/filters.ts";
import type { Loaded } from "../../state/use-api.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { lastColumn } from "../../tables/last-column.tsx";
import { requestsColumn } from "../../tables/requests-column.tsx";
import { errorFilters } from "./error-filters.ts";
import { hostOf } from "./verdict-line.tsx";

const SHOWN = 6;

interface ErrorsPanelProps {
  readonly errors: Loaded<QueryResult<ErrorRow>>;
}

export function ErrorsPanel({ errors }: ErrorsPanelProps): ReactNode {
  const rows = errors.data?.rows ?? [];
  const columns = columnsFor(rows);
  return (
    <Panel
      title="Errors"
      from={errors}
      what="errors"
      aside={<CopyCsv columns={columns} rows={rows} />}
    >
      {() =>
        rows.length === 0 ? (
          <Empty title="No request failed." />
        ) : (
          <DataTable
            label="Errors"
            columns={columns}
            rows={rows.slice(0, SHOWN)}
            rowKey={({ route, status, upstream, error_code }) =>
              [route, status, upstream, error_code].join(" ")
            }
            onOpen={(row) => openRequests(errorFilters(row))}
          />
        )
      }
    </Panel>
  );
}

function columnsFor(rows: readonly ErrorRow[]): readonly TableColumn<ErrorRow>[] {
  return [
    {
      key: "status",
      label: "Status",
      value: ({ status }) => status,
      show: ({ status }) => <StatusMark status={status} />,
    },
    {
      key: "error_code",
      label: "Code",
      value: (row) => row.error_code,
      show: (row) =>
        row.error_code || <span className="muted">the upstream&rsquo;s own answer</span>,
      wide: true,
      lead: true,
    },
    { key: "route", label: "Route", value: ({ route }) => route },
    { key: "upstream", label: "Upstream", value: ({ upstream }) => hostOf(upstream) },
    requestsColumn(rows, "error"),
    lastColumn(),
  ];
}
