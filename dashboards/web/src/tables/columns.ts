// What a table knows of a column: how to show, sort and copy it.
import type { ReactNode } from "react";

export type CellValue = string | number | null;

export interface TableColumn<Row> {
  readonly key: string;
  readonly label: string;
  /** For sorting and CSV; durations in nanoseconds. */
  readonly value: (row: Row) => CellValue;
  readonly show?: (row: Row) => ReactNode;
  readonly numeric?: boolean;
  /** Takes what room is left, and is cut off rather than wrapped. */
  readonly wide?: boolean;
  /** Heads the card on a narrow screen. */
  readonly lead?: boolean;
}

export interface Sort {
  readonly key: string;
  readonly down: boolean;
}

/** Rows in the order asked for; equal ones stay as they came; nulls last either way. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  sort: Sort | null,
): readonly Row[] {
  const column = columns.find(({ key }) => key === sort?.key);
  if (column === undefined || sort === null) return rows;
  return rows.toSorted((a, b) => compare(column.value(a), column.value(b), sort.down));
}

function compare(a: CellValue, b: CellValue, down: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order =
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}
