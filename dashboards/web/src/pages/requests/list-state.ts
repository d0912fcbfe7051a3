// The rows of the request list: newest first, no row twice, bounded, and none missing above where older ones go on.
import type { RequestRow } from "../../request-row.ts";
import { cursorOf } from "../../../../../src/store/request-cursor.ts";

/** More rows than this nobody reads; they would only slow the page. */
export const MAX_ROWS = 1000;

export interface ListState {
  readonly rows: readonly RequestRow[];
  /** Where older rows go on, which is right after the last of `rows`; null: there are none. */
  readonly next: string | null;
  /** Span ids that came by the live stream last, to mark them as new. */
  readonly fresh: ReadonlySet<string>;
  /** Somebody asked for older ones. */
  readonly hasOlder: boolean;
}

export const EMPTY_LIST: ListState = { rows: [], next: null, fresh: new Set(), hasOlder: false };

/** Live rows in front; never fewer than before, or older ones would go as soon as they are there. */
export function prepend(state: ListState, arrived: readonly RequestRow[]): ListState {
  const last = state.next === null ? undefined : state.rows.at(-1);
  // One that took so long that it began before the last row is among the older ones.
  const above = last === undefined ? arrived : arrived.filter((row) => newestFirst(row, last) < 0);
  const known = new Set(state.rows.map(({ span_id }) => span_id));
  const fresh = above.filter(({ span_id }) => !known.has(span_id));
  if (fresh.length === 0) return state;
  const all = [...fresh, ...state.rows].toSorted(newestFirst);
  const rows = all.slice(0, Math.max(MAX_ROWS, state.rows.length));
  const lowest = rows.length < all.length ? rows.at(-1) : undefined;
  const next = lowest === undefined ? state.next : cursorOf(lowest);
  return { ...state, rows, next, fresh: new Set(fresh.map(({ span_id }) => span_id)) };
}

/** The first page, or an older one behind; `shown` when it was asked for, of which live rows may have cut some off. */
export function append(state: ListState, { shown, rows: older, next }: OlderPage): ListState {
  const known = new Set<string>();
  const rows = [...state.rows, ...shown, ...older].filter(({ span_id }) => isNew(known, span_id));
  return { rows: rows.toSorted(newestFirst), next, fresh: new Set(), hasOlder: shown.length > 0 };
}

export interface OlderPage {
  readonly shown: readonly RequestRow[];
  readonly rows: readonly RequestRow[];
  readonly next: string | null;
}

function isNew(known: Set<string>, id: string): boolean {
  const { size } = known;
  return known.add(id).size > size;
}

/** As the API has them. */
function newestFirst(a: RequestRow, b: RequestRow): number {
  if (a.started_at !== b.started_at) return a.started_at < b.started_at ? 1 : -1;
  return a.span_id === b.span_id ? 0 : a.span_id < b.span_id ? 1 : -1;
}
