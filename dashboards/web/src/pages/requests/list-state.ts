// The rows of the request list: newest first, no row twice, bounded.
import type { RequestRow } from "../../request-row.ts";

/** More rows than this nobody reads; they would only slow the page. */
export const MAX_ROWS = 1000;

export interface ListState {
  readonly rows: readonly RequestRow[];
  /** Where older rows go on; null: there are none. */
  readonly next: string | null;
  /** Span ids that came by the live stream last, to mark them as new. */
  readonly fresh: ReadonlySet<string>;
  /** Somebody asked for older ones. */
  readonly hasOlder: boolean;
}

export const EMPTY_LIST: ListState = { rows: [], next: null, fresh: new Set(), hasOlder: false };

/** Live rows in front. */
export function prepend(state: ListState, arrived: readonly RequestRow[]): ListState {
  const known = new Set(state.rows.map(({ span_id }) => span_id));
  const fresh = arrived.filter(({ span_id }) => !known.has(span_id));
  if (fresh.length === 0) return state;
  const rows = [...fresh, ...state.rows].toSorted(newestFirst).slice(0, MAX_ROWS);
  return { ...state, rows, fresh: new Set(fresh.map(({ span_id }) => span_id)) };
}

/** An older page behind. */
export function append(
  state: ListState,
  older: readonly RequestRow[],
  next: string | null,
): ListState {
  const known = new Set(state.rows.map(({ span_id }) => span_id));
  const rows = [...state.rows, ...older.filter(({ span_id }) => !known.has(span_id))];
  return { rows, next, fresh: new Set(), hasOlder: state.rows.length > 0 };
}

function newestFirst(a: RequestRow, b: RequestRow): number {
  if (a.started_at === b.started_at) return 0;
  return a.started_at < b.started_at ? 1 : -1;
}
