// Asks one API path by POST when told to, and keeps the answer to what was asked last.
import { useCallback, useEffect, useRef, useState } from "react";
import { postJson } from "../client.ts";

export type Asked<T> =
  | { readonly state: "idle" | "waiting" }
  | { readonly state: "answered"; readonly answer: T }
  | { readonly state: "failed"; readonly error: Error };

export interface Ask<T> {
  readonly asked: Asked<T>;
  /** Replaces a question that is still open; give a plain object. */
  readonly ask: (body: object) => void;
}

export function useAsk<T>(path: string): Ask<T> {
  const [asked, setAsked] = useState<Asked<T>>({ state: "idle" });
  const open = useRef<AbortController | null>(null);
  const ask = useCallback(
    (body: object) => {
      open.current?.abort();
      const controller = new AbortController();
      open.current = controller;
      setAsked({ state: "waiting" });
      const settle = (next: Asked<T>): void => {
        if (!controller.signal.aborted) setAsked(next);
      };
      postJson(path, body, controller.signal).then(
        (answer) => settle({ state: "answered", answer: answer as T }),
        (error: unknown) => settle({ state: "failed", error: error as Error }),
      );
    },
    [path],
  );
  useEffect(() => () => open.current?.abort(), []);
  return { asked, ask };
}
