// What the store answers: columns and rows, and what it took.

export interface Column {
  readonly name: string;
  readonly type: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Integers beyond 2^53 - 1 are text, so that none is rounded. */
export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** What it took the store to answer. */
export interface Effort {
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

export interface Answer extends Rows {
  readonly effort: Effort;
}
