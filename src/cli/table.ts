// Rows as a table that fits the terminal: numbers at the right with their unit, long text cut, the rest named.
import { formatValue, isNumeric } from "./format.ts";
import { clip, clipStart, fit, fitRight, harmless, widthOf } from "./format-text.ts";
import type { Terminal } from "./terminal.ts";

export interface TableColumn {
  readonly name: string;
  /** A ClickHouse type. */
  readonly type: string;
  /** One of src/store/panels/panel.ts. */
  readonly unit: string;
}

export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

export interface TableLook extends Terminal {
  /** Milliseconds since the epoch, from where times are seen. */
  readonly nowMs: number;
}

const GAP = "  ";
/** Text is cut down to this before a column is left out. */
const LEAST_TEXT = 12;
/** Enough to name a trace: `weir trace` takes a beginning. */
const LEAST_TRACE = 8;
/** Cut at the left. */
const TOLD_BY_END = new Set(["upstream", "rule_source"]);
/** Numbers that stand out where they are not zero. */
export const BAD_COUNTS: ReadonlySet<string> = new Set(["errors", "failures", "denied"]);

interface Cells {
  readonly column: TableColumn;
  readonly head: string;
  readonly values: readonly string[];
  readonly width: number;
  readonly leastWidth: number;
}

/** Lines without line ends. */
export function renderTable(table: Table, look: TableLook): string[] {
  const all = allCells(table, look);
  const isTooWide = across(all, ({ width }) => width) > look.width;
  return table.rows.length === 1 && isTooWide ? downwards(table, look) : rowsOf(table, all, look);
}

/** The same, a single row too wide never stood upright: other rows come and go below it. */
export function renderRows(table: Table, look: TableLook): string[] {
  return rowsOf(table, allCells(table, look), look);
}

function allCells(table: Table, { nowMs }: TableLook): Cells[] {
  return table.columns.map((column) => cellsOf(column, table, nowMs));
}

function rowsOf(table: Table, all: readonly Cells[], look: TableLook): string[] {
  const shown = squeeze(all, look.width);
  const lines = [
    look.paint(joined(shown.map((cells) => pad(cells, cells.head))), "faint"),
    ...table.rows.map((_, row) => lineOf(shown, row, look)),
  ];
  const hidden = all.slice(shown.length).map(({ column }) => column.name);
  if (hidden.length === 0) return lines;
  const words = `not shown: ${hidden.join(", ")} (--json has all, a wider terminal more)`;
  return [...lines, look.paint(clip(words, look.width), "faint")];
}

/** One row, a line for each column. */
function downwards({ columns, rows }: Table, { nowMs, paint, width }: TableLook): string[] {
  const heads = columns.map(headOf);
  const widest = Math.max(...heads.map(widthOf));
  return columns.map((column, at) => {
    const value = valueOf(rows[0]?.[column.name], column, nowMs);
    const head = paint(fit(heads[at] ?? "", widest), "faint");
    return `${head}${GAP}${clip(value, Math.max(1, width - widest - GAP.length))}`;
  });
}

function cellsOf(column: TableColumn, { rows }: Table, nowMs: number): Cells {
  const head = headOf(column);
  const values = rows.map((row) => valueOf(row[column.name], column, nowMs));
  const widest = values.reduce((most, value) => Math.max(most, widthOf(value)), 0);
  const width = Math.max(widthOf(head), widest);
  return { column, head, values, width, leastWidth: Math.min(width, leastOf(column, width)) };
}

export function valueOf(value: unknown, { name, unit }: TableColumn, nowMs: number): string {
  const text = harmless(formatValue(value, unit, nowMs));
  // The scheme is the same for all.
  return name === "upstream" ? text.replace(/^https?:\/\//, "") : text;
}

function leastOf({ unit }: TableColumn, width: number): number {
  if (unit === "trace") return LEAST_TRACE;
  return unit === "text" ? LEAST_TEXT : width;
}

/** A column's name without what its values say: "p95", "last", "requests/s". */
export function headOf({ name }: Pick<TableColumn, "name">): string {
  return harmless(name)
    .replace(/(?<=.)_(?:ns|at)$/, "")
    .replace(/_per_second$/, "/s")
    .replaceAll("_", " ");
}

/** Leaves out columns from the right until their least widths fit, then shares what is left over. */
function squeeze(all: readonly Cells[], width: number): Cells[] {
  let shown = all.length;
  while (shown > 1 && across(all.slice(0, shown), ({ leastWidth }) => leastWidth) > width) shown--;
  const kept = all.slice(0, shown);
  let spare = width - across(kept, ({ leastWidth }) => leastWidth);
  const widths = new Map<Cells, number>();
  const modestFirst = kept.toSorted((a, b) => rank(a) - rank(b));
  for (const [at, cells] of modestFirst.entries()) {
    const share = Math.floor(spare / (kept.length - at));
    const given = shareOf(cells, share, spare);
    widths.set(cells, cells.leastWidth + given);
    spare -= given;
  }
  return kept.map((cells) => ({ ...cells, width: widths.get(cells) ?? cells.width }));
}

/** Traces come last: all of an id, or its beginning. */
function rank({ column, width, leastWidth }: Cells): number {
  return column.unit === "trace" ? Infinity : width - leastWidth;
}

function shareOf({ column, width, leastWidth }: Cells, share: number, spare: number): number {
  const wish = width - leastWidth;
  if (column.unit === "trace") return wish <= spare ? wish : 0;
  return Math.max(0, Math.min(wish, share));
}

function across(columns: readonly Cells[], widthOfColumn: (cells: Cells) => number): number {
  const gaps = GAP.length * (columns.length - 1);
  return columns.reduce((sum, cells) => sum + widthOfColumn(cells), gaps);
}

function lineOf(shown: readonly Cells[], row: number, { paint }: TableLook): string {
  const parts = shown.map((cells) => {
    const value = cells.values[row] ?? "";
    const padded = pad(cells, value);
    return isBad(cells.column, value) ? paint(padded, "bad") : padded;
  });
  return joined(parts);
}

/** Errors and denials. */
function isBad({ name, unit }: TableColumn, value: string): boolean {
  if (unit === "status") return value >= "500";
  if (name === "decision") return value === "deny";
  return BAD_COUNTS.has(name) && value !== "0";
}

function joined(parts: readonly string[]): string {
  return parts.join(GAP).trimEnd();
}

function pad({ column, width }: Cells, text: string): string {
  if (isNumeric(column.unit)) return fitRight(text, width);
  if (TOLD_BY_END.has(column.name)) return fit(clipStart(text, width), width);
  // A beginning without "…", so that it can be copied.
  return fit(column.unit === "trace" ? text.slice(0, width) : text, width);
}
