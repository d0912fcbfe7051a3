// Columns of the request list.
import { useMemo } from "react";
import { Amount } from "../../parts/amount.tsx";
import { DecisionTag } from "../../parts/decision-tag.tsx";
import { StatusMark } from "../../parts/status-mark.tsx";
import type { RequestRow } from "../../request-row.ts";
import { Bar } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { duration } from "../../../../../src/core/quantity.ts";
import { storedWords } from "../../words/stored.ts";
import { preciseClock, timeMs } from "../../words/time.ts";
import { hostOf } from "../overview/verdict-line.tsx";

/** The same ones until the slowest of the rows is another. */
export function useRequestColumns(rows: readonly RequestRow[]): readonly TableColumn<RequestRow>[] {
  const maxNs = Math.max(...rows.map(({ duration_ns }) => duration_ns));
  return useMemo(() => [...COLUMNS, durationColumn(maxNs)], [maxNs]);
}

const COLUMNS: readonly TableColumn<RequestRow>[] = [
  {
    key: "started_at",
    label: "Time",
    value: (row) => row.started_at,
    show: (row) => (
      <time dateTime={row.started_at} title={row.started_at}>
        {preciseClock(timeMs(row.started_at))}
      </time>
    ),
  },
  {
    key: "status",
    label: "Status",
    value: ({ status }) => status,
    show: ({ status }) => <StatusMark status={status} />,
  },
  {
    key: "path",
    label: "Request",
    value: ({ method, path }) => `${method} ${path}`,
    show: ({ method, path }) => (
      <>
        <span className="muted">{method}</span> {storedWords(path)}
      </>
    ),
    wide: true,
    lead: true,
  },
  {
    key: "error_code",
    label: "Error",
    value: (row) => row.error_code,
    show: (row) => <span className="is-error">{row.error_code}</span>,
  },
  { key: "route", label: "Route", value: ({ route }) => route },
  {
    key: "principal",
    label: "Caller",
    value: ({ principal }) => principal || "anonymous",
    show: ({ principal }) => storedWords(principal) || <span className="faint">anonymous</span>,
  },
  {
    key: "decision",
    label: "Decision",
    value: ({ decision }) => decision,
    show: ({ decision }) => <DecisionTag decision={decision} />,
  },
  {
    key: "upstream",
    label: "Upstream",
    value: ({ upstream }) => upstream,
    show: ({ upstream }) => (upstream === "" ? <span className="faint">–</span> : hostOf(upstream)),
  },
];

function durationColumn(maxNs: number): TableColumn<RequestRow> {
  return {
    key: "duration_ns",
    label: "Duration",
    value: (row) => row.duration_ns,
    numeric: true,
    show: (row) => (
      <Bar value={row.duration_ns} max={maxNs} tone="latency">
        <Amount of={duration(row.duration_ns)} />
      </Bar>
    ),
  };
}
