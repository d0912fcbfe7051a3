// The question of the page Logs as the URL has it: what is asked of the API, and places that ask otherwise.
import { apiParams } from "../../state/filters.ts";
import { changed, currentPlace, hrefOf, type ParamChanges } from "../../state/place.ts";

/** Besides range, service, route and trace. */
const OWN = ["q", "source", "severity", "pattern"] as const;

export function logParams(params: URLSearchParams): URLSearchParams {
  const out = apiParams("logs", params);
  for (const name of OWN) {
    const value = params.get(name);
    if (value !== null && value !== "") out.set(name, value);
  }
  return out;
}

/** The same page with some of the question changed; what was open is closed. */
export function logsHref(changes: ParamChanges): string {
  return hrefOf("logs", changed(currentPlace().params, { open: null, line: null, ...changes }));
}

/** What was typed with a term more; null: nobody could type it. */
export function withTerm(q: string, key: string, value: string): string | null {
  if (!/^[A-Za-z_][\w.\-/]*$/.test(key) || /["\p{Cc}]/u.test(value) || value === "") return null;
  const term = /^\S+$/.test(value) ? `${key}=${value}` : `${key}="${value}"`;
  return [q, term].filter((each) => each !== "").join(" ");
}

export function isFiltered(params: URLSearchParams): boolean {
  return [...OWN, "service", "route", "trace_id"].some((name) => params.has(name));
}
