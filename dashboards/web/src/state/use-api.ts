// Loads one API path, again and again while live, and keeps the last good answer when it fails.
import { useCallback, useEffect, useRef, useState } from "react";
import { getJson } from "../client.ts";
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
  /** A constant function: nothing will come to this any more, so it is not asked for again. */
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
  const load = useCallback(
    async (signal: AbortSignal) => {
      if (path === null) return "well";
      const askedAt = Date.now();
      try {
        const data = read(await getJson(path, signal));
        setState({ data, error: null, loadedAt: askedAt, waiting: false });
        return isWhole?.(data) === true ? "whole" : "well";
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

type Load = (signal: AbortSignal) => Promise<"well" | "whole" | "failed">;

type Pace = Omit<Refresh, "isWhole">;

function useRepeated(load: Load, { everyMs, retryMs, always = false }: Pace): void {
  const going = useSignal(live) || always;
  // Another token, or something changed by hand: what was loaded is of before.
  const token = useSignal(tokenVersion) + useSignal(changesMade);
  const done = useRef<{ load: Load; token: number } | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      const isAsked = !document.hidden || done.current?.load !== load;
      const went = isAsked ? await load(controller.signal) : "well";
      done.current = { load, token };
      if (!going || everyMs === null || controller.signal.aborted || went === "whole") return;
      timer = setTimeout(() => void again(), went === "failed" ? (retryMs ?? everyMs) : everyMs);
    };
    const fresh = done.current?.load !== load || done.current.token !== token;
    if (fresh || going) void again();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [load, everyMs, retryMs, going, token]);
}
