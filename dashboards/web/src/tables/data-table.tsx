// A sortable table with a row cursor; on narrow screens each row is a card.
import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { count, text } from "../../../../src/core/quantity.ts";
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
  /** Draws however many there are, without a word. */
  readonly all?: boolean;
  /** Under the last row, once all are drawn. */
  readonly foot?: ReactNode;
}

/** Each row more makes every change of the table slower; until somebody asks for all. */
const FIRST_ROWS = 200;

export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { label, columns, rows, rowKey, onOpen, main = false, all = false } = props;
  const [sort, setSort] = useState<Sort | null>(props.sort ?? null);
  const [wanted, setWanted] = useState(false);
  const ordered = sorted(rows, columns, sort);
  const drawn = wanted || all ? ordered : ordered.slice(0, FIRST_ROWS);
  const open = useCallback(
    (index: number) => {
      const row = ordered[index];
      if (row !== undefined) onOpen?.(row);
    },
    [ordered, onOpen],
  );
  const follow = usePlace().params.has("open");
  const cursor = useCursor({ length: drawn.length, enabled: main, onOpen: open, follow });
  const body = useScrolledTo(cursor);
  return (
    <div className="table-frame">
      <table className={props.even ? "table even" : "table"} aria-label={label}>
        <TableHead columns={columns} sort={sort} onSort={setSort} />
        <tbody ref={body}>
          {drawn.map((row, index) => (
            <TableRow
              key={rowKey(row)}
              row={row}
              columns={columns}
              onOpen={onOpen}
              inTabOrder={!main && onOpen !== undefined}
              className={rowClasses(props, row, index === cursor)}
            />
          ))}
        </tbody>
      </table>
      <Foot of={props} drawn={drawn.length} onAll={() => setWanted(true)} />
    </div>
  );
}

function rowClasses<Row>(props: DataTableProps<Row>, row: Row, isCursor: boolean): string {
  const { rowClass, rowKey, openKey = null, onOpen } = props;
  return [
    rowClass?.(row) ?? "",
    isCursor ? "is-cursor" : "",
    rowKey(row) === openKey ? "is-open" : "",
    onOpen === undefined ? "" : "opens",
  ].join(" ");
}

interface FootProps<Row> {
  readonly of: DataTableProps<Row>;
  readonly drawn: number;
  readonly onAll: () => void;
}

function Foot<Row>({ of: { rows, foot }, drawn, onAll }: FootProps<Row>): ReactNode {
  if (drawn === rows.length) return foot;
  return (
    <p className="list-foot">
      <button type="button" className="button" onClick={onAll}>
        Show all {text(count(rows.length))} rows
      </button>
    </p>
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

/** Drawn again only where something of it is another: give the same columns for the same rows. */
const TableRow = memo(DrawnRow) as typeof DrawnRow;

function DrawnRow<Row>(props: TableRowProps<Row>): ReactNode {
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
