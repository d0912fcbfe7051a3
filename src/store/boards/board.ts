// What a board is: panels arranged in rows for one question.

export interface Board {
  /** The file's name without ".yaml". */
  readonly name: string;
  /** As it is shown to people. */
  readonly file: string;
  readonly title: string;
  readonly question: string;
  /** The window it opens with, as an age such as "24h". */
  readonly range: string;
  /** Filters that whoever looks may set, for all panels that take them. */
  readonly variables: readonly string[];
  readonly rows: readonly (readonly BoardCell[])[];
}

export interface BoardCell {
  /** The panel's name. */
  readonly panel: string;
  /** Instead of the panel's own; empty: its own. */
  readonly title: string;
  /** Of the 12 columns of a row. */
  readonly width: number;
  /** Values for the panel's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** 1-based line of the file. */
  readonly line: number;
}

export const ROW_WIDTH = 12;
