// A table of any number of rows that draws those in sight; it scrolls both ways in a frame of its own.
import { type ReactNode, useRef, useState } from "react";
import { type CellValue, type Sort, sorted, type TableColumn } from "./columns.ts";
import { TableHead } from "./table-head.tsx";
import { useWindow } from "./use-window.ts";

const ROW_PX = 28;
const FEWEST_CH = 6;
const MOST_CH = 60;
/** Looked at to see how wide a column must be. */
const SAMPLE_ROWS = 200;
const PADDING_PX = 24;

interface VirtualTableProps<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
}

export function VirtualTable<Row>({ label, columns, rows }: VirtualTableProps<Row>): ReactNode {
  const [sort, setSort] = useState<Sort | null>(null);
  const ordered = sorted(rows, columns, sort);
  const body = useRef<HTMLTableSectionElement>(null);
  const { from, to } = useWindow(body, ordered.length, ROW_PX);
  return (
    <div className="virtual" tabIndex={0} role="region" aria-label={label}>
      <table aria-label={label} aria-rowcount={ordered.length + 1}>
        <colgroup>
          {columns.map((column) => (
            <col key={column.key} style={{ width: widthOf(column, rows) }} />
          ))}
          <col />
        </colgroup>
        <TableHead columns={columns} sort={sort} onSort={setSort} />
        <tbody ref={body}>
          <Gap rows={from} />
          {ordered.slice(from, to).map((row, at) => (
            <tr key={from + at} aria-rowindex={from + at + 2}>
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
          <Gap rows={ordered.length - to} />
        </tbody>
      </table>
    </div>
  );
}

/** In the place of rows that are not drawn. */
function Gap({ rows }: { readonly rows: number }): ReactNode {
  return rows === 0 ? null : <tr aria-hidden="true" style={{ height: rows * ROW_PX }} />;
}

interface CellProps<Row> {
  readonly column: TableColumn<Row>;
  readonly row: Row;
}

function Cell<Row>({ column: { value, show, numeric }, row }: CellProps<Row>): ReactNode {
  const words = wordsOf(value(row));
  return (
    <td className={numeric ? "numeric" : ""} title={words.length > FEWEST_CH ? words : undefined}>
      {show === undefined ? words : show(row)}
    </td>
  );
}

function wordsOf(value: CellValue): string {
  return value === null ? "" : String(value);
}

/** By what its first rows hold: columns whose widths change while one scrolls can't be read. */
function widthOf<Row>({ label, value }: TableColumn<Row>, rows: readonly Row[]): string {
  const lengths = rows.slice(0, SAMPLE_ROWS).map((row) => wordsOf(value(row)).length);
  const ch = Math.min(MOST_CH, Math.max(FEWEST_CH, label.length + 2, ...lengths));
  return `calc(${ch}ch + ${PADDING_PX}px)`;
}
