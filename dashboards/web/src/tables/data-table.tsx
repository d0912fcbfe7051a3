// A sortable table with a row cursor; on narrow screens each row is a card.
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { usePlace } from "../state/place.ts";
import { storedWords } from "../words/stored.ts";
import { type CellValue, type Sort, sorted, type TableColumn } from "./columns.ts";
import { TableHead } from "./table-head.tsx";
import { useCursor } from "./use-cursor.ts";

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly sort?: Sort;
  readonly onOpen?: (row: Row) => void;
  /** Listens to j, k and Enter. */
  readonly main?: boolean;
  readonly openKey?: string | null;
  readonly rowClass?: (row: Row) => string;
  /** Columns of one width, so that several tables below each other line up. */
  readonly even?: boolean;
}

export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { label, columns, rows, rowKey, onOpen, main = false, openKey = null } = props;
  const [sort, setSort] = useState<Sort | null>(props.sort ?? null);
  const ordered = sorted(rows, columns, sort);
  const open = useCallback(
    (index: number) => {
      const row = ordered[index];
      if (row !== undefined) onOpen?.(row);
    },
    [ordered, onOpen],
  );
  const follow = usePlace().params.has("open");
  const cursor = useCursor({ length: ordered.length, enabled: main, onOpen: open, follow });
  const body = useScrolledTo(cursor);
  return (
    <div className="table-frame">
      <table className={props.even ? "table even" : "table"} aria-label={label}>
        <TableHead columns={columns} sort={sort} onSort={setSort} />
        <tbody ref={body}>
          {ordered.map((row, index) => (
            <TableRow
              key={rowKey(row)}
              row={row}
              columns={columns}
              onOpen={onOpen}
              inTabOrder={!main && onOpen !== undefined}
              className={[
                props.rowClass?.(row) ?? "",
                index === cursor ? "is-cursor" : "",
                rowKey(row) === openKey ? "is-open" : "",
                onOpen === undefined ? "" : "opens",
              ].join(" ")}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function useScrolledTo(cursor: number): React.RefObject<HTMLTableSectionElement | null> {
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    if (cursor >= 0) body.current?.rows[cursor]?.scrollIntoView({ block: "nearest" });
  }, [cursor]);
  return body;
}

interface TableRowProps<Row> {
  readonly row: Row;
  readonly columns: readonly TableColumn<Row>[];
  readonly onOpen: ((row: Row) => void) | undefined;
  /** Reached by Tab; the main table of a page has its cursor instead. */
  readonly inTabOrder: boolean;
  readonly className: string;
}

function TableRow<Row>(props: TableRowProps<Row>): ReactNode {
  const { row, columns, onOpen, inTabOrder, className } = props;
  const openOnEnter = (event: KeyboardEvent): void => {
    // Links inside mean themselves.
    if (event.key === "Enter" && event.target === event.currentTarget) onOpen?.(row);
  };
  const reach = inTabOrder ? { tabIndex: 0, onKeyDown: openOnEnter } : {};
  return (
    <tr className={className} onClick={() => onOpen?.(row)} {...reach}>
      {columns.map((column) => (
        <td key={column.key} className={cellClass(column, row)} data-label={column.label}>
          {column.show === undefined ? shownValue(column.value(row)) : column.show(row)}
        </td>
      ))}
    </tr>
  );
}

function shownValue(value: CellValue): CellValue {
  return typeof value === "string" ? storedWords(value) : value;
}

function cellClass<Row>({ numeric, wide, lead, value }: TableColumn<Row>, row: Row): string {
  const blank = [null, ""].includes(value(row) as string | null);
  const words = { numeric, wide, lead, blank };
  return Object.entries(words)
    .filter(([, on]) => on === true)
    .map(([word]) => word)
    .join(" ");
}
