// Loads log lines page by page; while live and at the top of the list, asks again for what is new.
import { useCallback, useEffect, useRef, useState } from "react";
import { getJson } from "../../client.ts";
import { changed } from "../../state/place.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import { extended, type LinesState, NO_LINES, renewed } from "./lines-state.ts";
import { type LinesPage, readLines } from "./log-line.ts";

const PAGE_LINES = "200";
const EVERY_MS = 2000;

export interface Lines {
  readonly newest: Loaded<LinesPage>;
  readonly list: LinesState;
  readonly loadOlder: () => void;
  /** Why older lines did not come; null where nothing failed. */
  readonly olderError: Error | null;
}

/** `follows`: new lines are looked for. */
export function useLines(question: URLSearchParams, follows: boolean): Lines {
  const query = changed(question, { limit: PAGE_LINES }).toString();
  const newest = useApi(`api/v1/logs?${query}`, readLines, { everyMs: follows ? EVERY_MS : null });
  const [list, setList] = useState<LinesState>(NO_LINES);
  const [olderError, setOlderError] = useState<Error | null>(null);
  const shown = useRef(query);
  const loading = useRef<string | null>(null);
  useEffect(() => {
    const page = newest.data;
    if (page === null) return;
    const isOther = shown.current !== query;
    shown.current = query;
    setList((state) => renewed(isOther ? NO_LINES : state, page));
    // Not for `query`: it changes before its answer is there.
  }, [newest.data]);
  const { next } = list;
  const loadOlder = useCallback(() => {
    if (next === null || loading.current === next) return;
    loading.current = next;
    const path = `api/v1/logs?${changed(new URLSearchParams(query), { before: next }).toString()}`;
    getJson(path, new AbortController().signal).then(
      (json) => {
        setList((state) => (state.next === next ? extended(state, readLines(json)) : state));
        setOlderError(null);
      },
      (error: unknown) => {
        loading.current = null;
        setOlderError(error as Error);
      },
    );
  }, [query, next]);
  return { newest, list, loadOlder, olderError };
}
