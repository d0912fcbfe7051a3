// Work that is asked for now and then: one at a time, the newest counts, and nothing of it outlives the page.
import { useCallback, useEffect, useRef, useState } from "react";

export type Asked<T> =
  | { readonly state: "idle" | "waiting" }
  | { readonly state: "answered"; readonly answer: T }
  | { readonly state: "failed"; readonly error: Error };

export interface Work<T> {
  readonly asked: Asked<T>;
  /** Replaces what is under way. */
  readonly run: (work: (signal: AbortSignal) => Promise<unknown>) => void;
  /** Gives up what is under way. */
  readonly cancel: () => void;
}

export function useWork<T>(): Work<T> {
  const [asked, setAsked] = useState<Asked<T>>({ state: "idle" });
  const open = useRef<AbortController | null>(null);
  const run = useCallback((work: (signal: AbortSignal) => Promise<unknown>) => {
    open.current?.abort();
    const controller = new AbortController();
    open.current = controller;
    setAsked({ state: "waiting" });
    const settle = (next: Asked<T>): void => {
      if (!controller.signal.aborted) setAsked(next);
    };
    work(controller.signal).then(
      (answer) => settle({ state: "answered", answer: answer as T }),
      (error: unknown) => settle({ state: "failed", error: error as Error }),
    );
  }, []);
  const cancel = useCallback(() => {
    open.current?.abort();
    setAsked({ state: "idle" });
  }, []);
  useEffect(() => () => open.current?.abort(), []);
  return { asked, run, cancel };
}
