// Columns of a statement's rows: durations and sizes as people read them, ids and names as doors.
import type { ReactNode } from "react";
import type { CellRow } from "../../board.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door, TraceLink } from "../../parts/door.tsx";
import { FILTERS } from "../../state/filters.ts";
import type { CellValue, TableColumn } from "../../tables/columns.ts";
import { bytes, duration } from "../../../../../src/core/quantity.ts";
import { isNumber, type SqlAnswer, type SqlColumn, unitOf } from "./answer.ts";

const TRACE_ID = /^[0-9a-f]{32}$/;

export function resultColumns({ columns }: SqlAnswer): readonly TableColumn<CellRow>[] {
  return columns.map((column) => ({
    key: column.name,
    label: column.name,
    value: (row) => valueOf(row[column.name]),
    show: (row) => showValue(column, valueOf(row[column.name])),
    numeric: isNumber(column),
  }));
}

function valueOf(value: unknown): CellValue {
  if (typeof value === "number" || typeof value === "string") return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function showValue(column: SqlColumn, value: CellValue): ReactNode {
  const unit = unitOf(column);
  if (value === null) return <span className="faint">NULL</span>;
  if (typeof value === "number" && unit === "ns") return <Amount of={duration(value)} />;
  if (typeof value === "number" && unit === "bytes") return <Amount of={bytes(value)} />;
  if (/^trace_?id$/i.test(column.name) && TRACE_ID.test(String(value))) {
    return <TraceLink traceId={String(value)}>{value}</TraceLink>;
  }
  const isFilter = FILTERS.some((name) => name === column.name) && value !== "";
  return isFilter ? <Door filters={{ [column.name]: String(value) }}>{value}</Door> : value;
}
