// What the API says of boards: the contract between src/admin/api/boards.ts and this UI.
import type { QueryResult } from "./api.ts";
import type { Door, Visual } from "../../../src/store/panels/panel.ts";
import type { DoorSource } from "../../../src/store/panels/row-door.ts";
import { readQuery } from "./state/readers.ts";

/** How a cell's panel is drawn, and where its figures lead. */
export interface Drawn extends DoorSource {
  readonly visual: Visual;
  readonly question: string;
  /** Names of its filters. */
  readonly takes: readonly string[];
}

export interface Cell {
  readonly panel: string;
  readonly title: string;
  /** Of the 12 columns of a row. */
  readonly width: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** null: see `fault`. */
  readonly drawn: Drawn | null;
  readonly fault: string | null;
}

export interface Board {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly range: string;
  readonly variables: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface BoardList {
  readonly boards: readonly Pick<Board, "name" | "title" | "question" | "range">[];
  readonly faults: readonly {
    readonly file: string;
    readonly line: number;
    readonly message: string;
  }[];
}

export type CellRow = Readonly<Record<string, unknown>>;
export type CellAnswer = QueryResult<CellRow>;

/** A cell that can be drawn, and the filters it was asked with. */
export interface Shown {
  readonly cell: Cell;
  readonly drawn: Drawn;
  readonly rows: readonly CellRow[];
  /** Those of its filters that the request list knows as well. */
  readonly given: Door;
}

export function readBoard(json: unknown): Board {
  return json as Board;
}

export function readBoards(json: unknown): BoardList {
  return json as BoardList;
}

export const readCell: (json: unknown) => CellAnswer = readQuery<CellRow>;
