// A matrix of a cases file: a grid that is read like a table, each of its cells a case.
import type { CaseList } from "./case-list.ts";
import { readName } from "./case-parts.ts";
import { type CaseContext, readContext } from "./case-context.ts";
import { cellRequest, type GridHeader, gridHeader, type GridRow, gridRows } from "./grid.ts";

export function readMatrix(item: unknown, list: CaseList): void {
  const { nodes } = list;
  const parts = nodes.mapping(item, ["name", "context", "grid"]);
  if (parts === null) return;
  const matrix = readName(nodes, parts);
  const place = readContext(list, parts);
  const grid = nodes.scalar(parts.get("grid"));
  // Only a literal block has its lines where they are written.
  if (grid?.type !== "BLOCK_LITERAL") {
    return nodes.report(parts.get("grid"), "write grid: | and the grid on the lines below");
  }
  if (matrix === undefined || place === undefined) return;
  readGrid({ matrix, ...place, start: nodes.line(grid), text: String(grid.value) }, list);
}

interface Grid extends CaseContext {
  readonly matrix: string;
  /** The line of its |. */
  readonly start: number;
  readonly text: string;
}

function readGrid(grid: Grid, list: CaseList): void {
  const { start, text, fields } = grid;
  const report = (offset: number, message: string): void => list.report(start + offset, message);
  const [first, ...rows] = gridRows(text, report);
  if (first === undefined || rows.length === 0) return report(0, NO_ROWS);
  const header = gridHeader(first.words, fields);
  if (typeof header === "string") return report(first.offset, header);
  for (const row of rows) {
    if (list.isFull()) return;
    const fault = rowFault(row, header);
    if (fault !== "") report(row.offset, fault);
    else addCells({ ...grid, line: start + row.offset, header, row }, list);
  }
}

const NO_ROWS = "write a header and rows below it";

function rowFault({ words }: GridRow, { down, values }: GridHeader): string {
  const cells = words.slice(down.length);
  const wrong = cells.find((cell) => cell !== "allow" && cell !== "deny");
  if (wrong !== undefined) return `a cell is "${wrong.slice(0, 50)}"; write allow or deny`;
  if (cells.length === values.length) return "";
  return `the header has ${values.length} columns (${values.join(", ").slice(0, 200)}), this row ${cells.length} cells`;
}

interface Cells extends Pick<Grid, "matrix" | "context"> {
  readonly line: number;
  readonly header: GridHeader;
  readonly row: GridRow;
}

function addCells({ matrix, context, line, header, row }: Cells, list: CaseList): void {
  for (const column of header.values.keys()) {
    const request = cellRequest(header, row, column);
    const expect = row.words[header.down.length + column] === "allow" ? "allow" : "deny";
    const name = `${matrix}: ${request.join(" ")}`;
    list.add({ name, context, request, expect, rule: null, line });
  }
}
