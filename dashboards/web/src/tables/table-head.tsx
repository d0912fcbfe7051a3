// The heading row: each heading sorts.
import type { ReactNode } from "react";
import type { Sort, TableColumn } from "./columns.ts";

interface TableHeadProps<Row> {
  readonly columns: readonly TableColumn<Row>[];
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort) => void;
}

export function TableHead<Row>({ columns, sort, onSort }: TableHeadProps<Row>): ReactNode {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            className={`${column.numeric ? "numeric" : ""} ${column.wide ? "wide" : ""}`}
            aria-sort={column.label === "" ? undefined : ariaSort(column.key, sort)}
          >
            {column.label === "" ? null : (
              <button type="button" onClick={() => onSort(nextSort(column, sort))}>
                {column.label}
              </button>
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Numbers begin with the biggest, words with A. */
function nextSort<Row>({ key, numeric = false }: TableColumn<Row>, sort: Sort | null): Sort {
  return sort?.key === key ? { key, down: !sort.down } : { key, down: numeric };
}

function ariaSort(key: string, sort: Sort | null): "ascending" | "descending" | "none" {
  if (sort?.key !== key) return "none";
  return sort.down ? "descending" : "ascending";
}
