// Where the user is: page, time range, filters and open request, all of it in the URL's fragment.
// The fragment, so that the UI works under any path and from any static server.
import { useMemo, useSyncExternalStore } from "react";

export const PAGES = [
  "overview",
  "map",
  "boards",
  "routes",
  "upstreams",
  "requests",
  "tail",
  "logs",
  "errors",
  "security",
  "policy",
  "alerts",
  "sql",
] as const;
export type PageName = (typeof PAGES)[number];

export interface Place {
  readonly page: PageName;
  readonly params: URLSearchParams;
}

export type ParamChanges = Readonly<Record<string, string | null>>;

function parsePlace(hash: string): Place {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const page = PAGES.find((name) => name === path) ?? "overview";
  return { page, params: new URLSearchParams(search) };
}

export function hrefOf(page: PageName, params: URLSearchParams): string {
  const search = params.toString();
  return search === "" ? `#/${page}` : `#/${page}?${search}`;
}

/** A copy of `params` with some set and, where null, removed; an empty one is set, too. */
export function changed(params: URLSearchParams, changes: ParamChanges): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function currentPlace(): Place {
  return parsePlace(window.location.hash);
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(watch, () => window.location.hash);
  return useMemo(() => parsePlace(hash), [hash]);
}

/** A new entry in the history, so that Back undoes it. */
export function go(page: PageName, params: URLSearchParams): void {
  window.location.hash = hrefOf(page, params);
}

/** Changes parameters on the same page. */
export function change(changes: ParamChanges): void {
  const { page, params } = currentPlace();
  go(page, changed(params, changes));
}

/** The same, without a history entry: for moves nobody wants to undo one by one. */
export function changeQuietly(changes: ParamChanges): void {
  const { page, params } = currentPlace();
  window.history.replaceState(null, "", hrefOf(page, changed(params, changes)));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

function watch(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}
