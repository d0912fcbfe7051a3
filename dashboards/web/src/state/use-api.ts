// Loads one API path, again and again while live, and keeps the last good answer when it fails.
import { useCallback, useEffect, useRef, useState } from "react";
import { getText } from "../client.ts";
import { changesMade } from "./changes.ts";
import { live } from "./live.ts";
import { useSignal } from "./signal.ts";
import { tokenVersion } from "./token.ts";

export interface Loaded<T> {
  readonly data: T | null;
  /** Why the last try failed; null where it did not. */
  readonly error: Error | null;
  /** When `data` was asked for, in milliseconds since the epoch. */
  readonly loadedAt: number | null;
  readonly waiting: boolean;
}

const NOTHING = { data: null, error: null, loadedAt: null, waiting: true } as const;

export interface Refresh<T = unknown> {
  /** null: once. */
  readonly everyMs: number | null;
  /**
   * A constant function: nothing will come to this any more, so it is not asked for again. Until then it is asked
   * for half as often each time that nothing came.
   */
  readonly isWhole?: (data: T) => boolean;
  /** Sooner, after a failure. */
  readonly retryMs?: number;
  /** Goes on while the user has paused. */
  readonly always?: boolean;
}

/** `read` makes the typed value of the JSON; give a constant function. A null path loads nothing. */
export function useApi<T>(
  path: string | null,
  read: (json: unknown) => T,
  refresh: Refresh<T>,
): Loaded<T> {
  const { isWhole } = refresh;
  const [state, setState] = useState<Loaded<T>>(NOTHING);
  const kept = useRef<Kept<T> | null>(null);
  const load = useCallback(
    async (signal: AbortSignal) => {
      if (path === null) return "well";
      const askedAt = Date.now();
      try {
        const text = await getText(path, signal);
        const last = kept.current;
        const next = readOnce(last, { path, text, read });
        kept.current = next;
        setState({ data: next.data, error: null, loadedAt: askedAt, waiting: false });
        if (isWhole === undefined) return "well";
        if (isWhole(next.data)) return "whole";
        return next === last ? "same" : "well";
      } catch (error) {
        if (!signal.aborted) {
          setState((last) => ({ ...last, error: error as Error, waiting: false }));
        }
        return "failed";
      }
    },
    [path, read, isWhole],
  );
  useRepeated(load, refresh);
  return state;
}

interface Answer<T> {
  readonly path: string;
  readonly text: string;
  readonly read: (json: unknown) => T;
}

interface Kept<T> extends Answer<T> {
  readonly data: T;
}

/** What says the same as the last time is not read again, and so what it is drawn of is the same, too. */
function readOnce<T>(last: Kept<T> | null, answer: Answer<T>): Kept<T> {
  const { path, text, read } = answer;
  if (last?.path === path && last.text === text && last.read === read) return last;
  return { ...answer, data: read(JSON.parse(text)) };
}

/** "same": as the last time, of what will be whole. */
type Went = "well" | "same" | "whole" | "failed";

type Load = (signal: AbortSignal) => Promise<Went>;

type Pace = Omit<Refresh, "isWhole">;

function useRepeated(load: Load, { everyMs, retryMs = everyMs ?? 0, always = false }: Pace): void {
  const going = useSignal(live) || always;
  // Another token, or something changed by hand: what was loaded is of before.
  const token = useSignal(tokenVersion) + useSignal(changesMade);
  const done = useRef<{ load: Load; token: number } | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pauseMs = everyMs ?? 0;
    const again = async (): Promise<void> => {
      const isAsked = !document.hidden || done.current?.load !== load;
      const went = isAsked ? await load(controller.signal) : "well";
      done.current = { load, token };
      if (!going || everyMs === null || controller.signal.aborted || went === "whole") return;
      pauseMs = went === "same" ? pauseMs * 2 : everyMs;
      timer = setTimeout(() => void again(), went === "failed" ? retryMs : pauseMs);
    };
    const fresh = done.current?.load !== load || done.current.token !== token;
    if (fresh || going) void again();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [load, everyMs, retryMs, going, token]);
}
