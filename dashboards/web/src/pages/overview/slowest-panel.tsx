// The slowest single requests; each opens in the sheet.
import type { ReactNode } from "react";
import type { SlowestRow } from "../../api.ts";
import { Amount } from "../../parts/amount.tsx";
import { Panel } from "../../parts/panel.tsx";
import { StatusMark } from "../../parts/status-mark.tsx";
import { change, type Place } from "../../state/place.ts";
import { Bar } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { duration } from "../../../../../src/core/quantity.ts";
import { clock, timeMs } from "../../words/time.ts";
import { useQuery } from "./use-overview.ts";
import { hostOf } from "./verdict-line.tsx";

const SHOWN = 6;

export function SlowestPanel({ place }: { readonly place: Place }): ReactNode {
  const slowest = useQuery<SlowestRow>("slowest", place);
  const rows = slowest.data?.rows ?? [];
  const columns = columnsFor(rows);
  const csv = <CopyCsv columns={columns} rows={rows} />;
  return (
    <Panel title="Slowest requests" from={slowest} what="the slowest requests" aside={csv}>
      {() => (
        <DataTable
          label="Slowest requests"
          columns={columns}
          rows={rows.slice(0, SHOWN)}
          rowKey={({ trace_id, started_at }) => `${trace_id} ${started_at}`}
          onOpen={(row) => change({ open: row.trace_id })}
        />
      )}
    </Panel>
  );
}

function columnsFor(rows: readonly SlowestRow[]): readonly TableColumn<SlowestRow>[] {
  const max = Math.max(...rows.map(({ duration_ns }) => duration_ns));
  return [
    {
      key: "started_at",
      label: "Time",
      value: (row) => row.started_at,
      show: (row) => clock(timeMs(row.started_at)),
    },
    {
      key: "path",
      label: "Request",
      value: ({ method, path }) => `${method} ${path}`,
      wide: true,
      lead: true,
    },
    {
      key: "status",
      label: "Status",
      value: ({ status }) => status,
      show: ({ status }) => <StatusMark status={status} />,
    },
    { key: "upstream", label: "Upstream", value: ({ upstream }) => hostOf(upstream) },
    {
      key: "duration_ns",
      label: "Duration",
      value: (row) => row.duration_ns,
      numeric: true,
      show: (row) => (
        <Bar value={row.duration_ns} max={max} tone="latency">
          <Amount of={duration(row.duration_ns)} />
        </Bar>
      ),
    },
  ];
}
