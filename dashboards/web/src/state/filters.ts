// The filters of the request list: their names in the URL and in the API are the same.
import { DOOR_FILTERS } from "../../../../src/store/panels/panel.ts";
import { change, changed, currentPlace, go, type PageName, type Place } from "./place.ts";
import { rangeOf } from "./range.ts";
import { storedWords } from "../words/stored.ts";

export const FILTERS = DOOR_FILTERS;
export type FilterName = (typeof FILTERS)[number];
export type FilterValues = Partial<Readonly<Record<FilterName, string>>>;

/** These narrow every page; the others only the request list. */
const EVERYWHERE: readonly FilterName[] = ["route", "service"];

export const FILTER_LABELS: Readonly<Record<FilterName, string>> = {
  kind: "kind",
  route: "route",
  service: "service",
  status: "status",
  status_class: "status",
  method: "method",
  principal: "caller",
  decision: "decision",
  rule: "rule",
  shadow: "by the candidate",
  shadow_revision: "candidate",
  upstream: "upstream",
  path: "path from",
  error_code: "error",
  auth_outcome: "login",
  client_address: "from",
  min_duration_ms: "slower than",
  max_duration_ms: "faster than",
  trace_id: "trace",
};

/** What an empty value asks for: what has none. Only the lists of requests and of log lines can tell them. */
const NONE: Partial<Readonly<Record<FilterName, string>>> = {
  route: "no route",
  service: "no service",
  principal: "anonymous",
  rule: "no rule",
  upstream: "no upstream",
  error_code: "none of weir's",
};

export function filterWords(name: FilterName, value: string): string {
  if (value === "") return NONE[name] ?? "none";
  return name.endsWith("_duration_ms") ? `${value} ms` : storedWords(value);
}

/** Pages that show rows, not figures: they can tell what has none. */
function isList(page: PageName): boolean {
  return page === "requests" || page === "tail" || page === "logs";
}

function filtersFor(page: PageName): readonly FilterName[] {
  if (page === "logs") return ["service", "route", "trace_id"];
  if (isList(page)) return FILTERS;
  if (page === "sql") return [];
  if (page === "boards" || page === "security") return ["service", "route", "principal"];
  // An endpoint serves all routes of its service.
  return page === "upstreams" ? ["service"] : EVERYWHERE;
}

/** The filters that are on and count on this page. */
export function activeFilters({
  page,
  params,
}: Place): readonly (readonly [name: FilterName, value: string])[] {
  return filtersFor(page).flatMap((name) => {
    const value = params.get(name);
    return value === null || (value === "" && !isList(page)) ? [] : [[name, value] as const];
  });
}

/** What `page` asks the API for: range and the filters that count there. */
export function apiParams(page: PageName, params: URLSearchParams): URLSearchParams {
  return changed(rangeParams(params), filterParams({ page, params }));
}

/** The filters alone, for what knows no range. */
export function filterParams(place: Place): Readonly<Record<string, string>> {
  return Object.fromEntries(activeFilters(place));
}

export function rangeParams(params: URLSearchParams): URLSearchParams {
  const { since, until } = rangeOf(params);
  return changed(new URLSearchParams(), { since, until });
}

/** What goes along from page to page: range, route and service. */
export function carried(params: URLSearchParams): URLSearchParams {
  const out = new URLSearchParams();
  for (const name of ["since", "until", ...EVERYWHERE]) {
    const value = params.get(name);
    if (value !== null && value !== "") out.set(name, value);
  }
  return out;
}

/** The request list with these filters added to those that go along; every figure's door. */
export function requestsWith(
  params: URLSearchParams,
  values: Readonly<Record<string, string>>,
): URLSearchParams {
  return changed(carried(params), values);
}

export function openRequests(values: Readonly<Record<string, string>>): void {
  go("requests", requestsWith(currentPlace().params, values));
}

/** Narrows what is shown: the tail by its own list, all other pages by the request list. */
export function search(values: Readonly<Record<string, string>>): void {
  if (currentPlace().page === "tail") change(values);
  else openRequests(values);
}
