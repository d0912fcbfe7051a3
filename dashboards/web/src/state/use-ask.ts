// Asks one API path by POST when told to, and keeps the answer to what was asked last.
import { useCallback } from "react";
import { postJson } from "../client.ts";
import { type Asked, useWork } from "./use-work.ts";

export interface Ask<T> {
  readonly asked: Asked<T>;
  /** Replaces a question that is still open; give a plain object. */
  readonly ask: (body: object) => void;
  /** Gives a question that is open up. */
  readonly cancel: () => void;
}

export function useAsk<T>(path: string): Ask<T> {
  const { asked, run, cancel } = useWork<T>();
  const ask = useCallback(
    (body: object) => run((signal) => postJson(path, body, signal)),
    [path, run],
  );
  return { asked, ask, cancel };
}
