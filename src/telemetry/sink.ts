// Where the drain delivers to, and what an answer can be: values, never exceptions.

import type { RowFormat } from "./row-format.ts";

/** One INSERT: its bytes and its token never change between tries. */
export interface Batch {
  readonly table: string;
  readonly columns: readonly string[];
  readonly format: RowFormat;
  /** Whole rows as the spool has them. */
  readonly body: Buffer;
  readonly rows: number;
  /** Sent as insert_deduplication_token. */
  readonly token: string;
}

export type Delivery =
  | { readonly kind: "stored" }
  /** The store is away, busy or full: the same batch again, later. */
  | { readonly kind: "retry"; readonly reason: string }
  /** The store read it and will never take it: bisect, then the dead-letter file. */
  | { readonly kind: "rejected"; readonly reason: string };

export interface Sink {
  readonly write: (batch: Batch) => Promise<Delivery>;
}
