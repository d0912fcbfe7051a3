// Loads the request list page by page and keeps its head live through server-sent events.
import { useCallback, useEffect, useState } from "react";
import { getJson } from "../../client.ts";
import type { RequestPage, RequestRow } from "../../request-row.ts";
import { apiParams } from "../../state/filters.ts";
import { live } from "../../state/live.ts";
import { changed, type Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import { readPage } from "../../state/readers.ts";
import { followRows } from "../../state/row-stream.ts";
import { useSignal } from "../../state/signal.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import { append, EMPTY_LIST, type ListState, MAX_ROWS, prepend } from "./list-state.ts";

const PAGE_ROWS = "100";
/** Rows are shown in gulps: a table that moves at every row cannot be read. */
const FLUSH_MS = 400;
const ONCE = { everyMs: null } as const;

export interface RequestList {
  readonly first: Loaded<RequestPage>;
  readonly list: ListState;
  readonly loadOlder: () => Promise<void>;
  /** Why older rows did not come; null where nothing failed. */
  readonly olderError: Error | null;
}

export function useRequestList(place: Place): RequestList {
  const query = queryOf(place);
  const first = useApi(`api/v1/requests?${query}`, readPage, ONCE);
  const [list, setList] = useState<ListState>(EMPTY_LIST);
  const [olderError, setOlderError] = useState<Error | null>(null);
  useEffect(() => {
    if (first.data !== null) setList(append(EMPTY_LIST, first.data.rows, first.data.next));
  }, [first.data]);
  const going = useSignal(live) && rangeOf(place.params).until === null;
  useTail(going ? `api/v1/requests/stream?${query}` : null, setList);
  const loadOlder = useCallback(async () => {
    const before = changed(new URLSearchParams(query), { before: list.next });
    try {
      const path = `api/v1/requests?${before.toString()}`;
      const page = readPage(await getJson(path, new AbortController().signal));
      setList((state) => append(state, page.rows, page.next));
      setOlderError(null);
    } catch (error) {
      setOlderError(error as Error);
    }
  }, [query, list.next]);
  return { first, list, loadOlder, olderError };
}

function queryOf({ params }: Place): string {
  return changed(apiParams("requests", params), { limit: PAGE_ROWS }).toString();
}

type SetList = (change: (state: ListState) => ListState) => void;

function useTail(path: string | null, setList: SetList): void {
  useEffect(() => {
    if (path === null) return undefined;
    const controller = new AbortController();
    let arrived: RequestRow[] = [];
    const flush = setInterval(() => {
      if (arrived.length === 0) return;
      const rows = arrived;
      arrived = [];
      setList((state) => prepend(state, rows));
    }, FLUSH_MS);
    void followRows(path, controller.signal, {
      onRow: (row) => {
        arrived.push(row);
        // A hidden page is rarely given its turn.
        if (arrived.length > MAX_ROWS) arrived.shift();
      },
      onSkipped: () => undefined,
      // The status banner says that the server is gone; here only trying again helps.
      onFault: () => undefined,
    });
    return () => {
      controller.abort();
      clearInterval(flush);
    };
  }, [path, setList]);
}
