// Keeps the tail's state: one stream while the page is open, taken in gulps, bounded however long it stays.
import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import type { RequestRow } from "../../request-row.ts";
import { readPage } from "../../state/readers.ts";
import { followRows } from "../../state/row-stream.ts";
import { useApi } from "../../state/use-api.ts";
import { arrive, KEPT_ROWS, openTail, recall, release, type TailState } from "./tail-state.ts";

/** A table that moves at every row cannot be read. */
const FLUSH_MS = 400;
const RECALLED_ROWS = "50";
const ONCE = { everyMs: null, always: true } as const;

export interface Tail {
  readonly state: TailState;
  /** Why nothing comes; null where the stream is open or opening. */
  readonly fault: Error | null;
}

/** `filters`: the query string of the API's list and stream. */
export function useTail(filters: string, isHeld: boolean): Tail {
  const [state, setState] = useState(() => openTail(Date.now()));
  const [fault, setFault] = useState<Error | null>(null);
  const held = useRef(isHeld);
  held.current = isHeld;
  useEffect(() => {
    setState(openTail(Date.now()));
    setFault(null);
    return watch(`api/v1/requests/stream?${filters}`, { held, setState, setFault });
  }, [filters]);
  useEffect(() => {
    if (!isHeld) setState(release);
  }, [isHeld]);
  const before = useApi(`api/v1/requests?limit=${RECALLED_ROWS}&${filters}`, readPage, ONCE);
  useEffect(() => {
    const rows = before.data?.rows ?? [];
    if (rows.length > 0) setState((current) => recall(current, rows));
  }, [before.data]);
  return { state, fault };
}

interface Watching {
  readonly held: { readonly current: boolean };
  readonly setState: Dispatch<SetStateAction<TailState>>;
  readonly setFault: (fault: Error | null) => void;
}

/** Ends with the call of what it returns. */
function watch(path: string, { held, setState, setFault }: Watching): () => void {
  const controller = new AbortController();
  let rows: RequestRow[] = [];
  let unseen = 0;
  const flush = setInterval(() => {
    if (rows.length + unseen === 0) return;
    const arrival = { rows, unseen, nowMs: Date.now(), isHeld: held.current };
    rows = [];
    unseen = 0;
    setState((current) => arrive(current, arrival));
  }, FLUSH_MS);
  void followRows(path, controller.signal, {
    onRow: (row) => {
      rows.push(row);
      // A hidden page is rarely given its turn; what it can't keep it counts.
      if (rows.length > KEPT_ROWS) {
        rows.shift();
        unseen++;
      }
    },
    onSkipped: (skipped) => void (unseen += skipped),
    onFault: setFault,
  });
  return () => {
    controller.abort();
    clearInterval(flush);
  };
}
