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

export interface Refresh {
  /** null: once. */
  readonly everyMs: number | null;
  /** Sooner, after a failure. */
  readonly retryMs?: number;
  /** Goes on while the user has paused. */
  readonly always?: boolean;
}

/** `read` makes the typed value of the JSON; give a constant function. A null path loads nothing. */
export function useApi<T>(
  path: string | null,
  read: (json: unknown) => T,
  refresh: Refresh,
): Loaded<T> {
  const [state, setState] = useState<Loaded<T>>(NOTHING);
  const load = useCallback(
    async (signal: AbortSignal) => {
      if (path === null) return true;
      const askedAt = Date.now();
      try {
        const data = read(await getJson(path, signal));
        setState({ data, error: null, loadedAt: askedAt, waiting: false });
        return true;
      } catch (error) {
        if (!signal.aborted) {
          setState((last) => ({ ...last, error: error as Error, waiting: false }));
        }
        return false;
      }
    },
    [path, read],
  );
  useRepeated(load, refresh);
  return state;
}

/** Answers whether it went well. */
type Load = (signal: AbortSignal) => Promise<boolean>;

function useRepeated(load: Load, { everyMs, retryMs, always = false }: Refresh): void {
  const going = useSignal(live) || always;
  // Another token, or something changed by hand: what was loaded is of before.
  const token = useSignal(tokenVersion) + useSignal(changesMade);
  const done = useRef<{ load: Load; token: number } | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      const isAsked = !document.hidden || done.current?.load !== load;
      const isWell = !isAsked || (await load(controller.signal));
      done.current = { load, token };
      if (going && everyMs !== null && !controller.signal.aborted) {
        timer = setTimeout(() => void again(), isWell ? everyMs : (retryMs ?? everyMs));
      }
    };
    const fresh = done.current?.load !== load || done.current.token !== token;
    if (fresh || going) void again();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [load, everyMs, retryMs, going, token]);
}
