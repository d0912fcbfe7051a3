// Loads the request list page by page and keeps its head live through server-sent events.
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
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
    if (first.data !== null) setList(append(EMPTY_LIST, { shown: [], ...first.data }));
  }, [first.data]);
  const going = useSignal(live) && rangeOf(place.params).until === null;
  const isHeld = place.params.has("open");
  useTail(going ? `api/v1/requests/stream?${query}` : null, isHeld, setList);
  const asked = useAbort(query);
  const loadOlder = useCallback(async () => {
    const { signal } = asked.current;
    const { rows: shown, next } = list;
    const before = changed(new URLSearchParams(query), { before: next });
    try {
      const page = readPage(await getJson(`api/v1/requests?${before.toString()}`, signal));
      setList((state) => append(state, { shown, ...page }));
      setOlderError(null);
    } catch (error) {
      if (!signal.aborted) setOlderError(error as Error);
    }
  }, [asked, query, list]);
  return { first, list, loadOlder, olderError };
}

/** Aborted once another question is asked: what comes to the old one belongs to no list any more. */
function useAbort(question: string): RefObject<AbortController> {
  const open = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    open.current = controller;
    return () => controller.abort();
  }, [question]);
  return open;
}

function queryOf({ params }: Place): string {
  return changed(apiParams("requests", params), { limit: PAGE_ROWS }).toString();
}

type SetList = (change: (state: ListState) => ListState) => void;

/** While held, the list stands still: what is read in the sheet keeps its place below it. */
function useTail(path: string | null, isHeld: boolean, setList: SetList): void {
  const held = useRef(isHeld);
  held.current = isHeld;
  useEffect(() => {
    if (path === null) return undefined;
    const controller = new AbortController();
    let arrived: RequestRow[] = [];
    const flush = (): void => {
      if (arrived.length === 0) return;
      const rows = arrived;
      arrived = [];
      setList((state) => prepend(state, rows));
    };
    const timer = setInterval(() => {
      if (!held.current) flush();
    }, FLUSH_MS);
    void followRows(path, controller.signal, {
      onRow: (row) => {
        arrived.push(row);
        // A hidden page is rarely given its turn, a held one not at all.
        if (arrived.length === MAX_ROWS) flush();
      },
      onSkipped: () => undefined,
      // The status banner says that the server is gone; here only trying again helps.
      onFault: () => undefined,
    });
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [path, setList]);
}
