// Loads all figures of the overview: this period, the one before, and what explains the difference.
import { useMemo } from "react";
import type { CallerRow, ErrorRow, OverviewRow, QueryResult, SummaryRow } from "../../api.ts";
import { apiParams } from "../../state/filters.ts";
import { useNow } from "../../state/live.ts";
import { changed, type Place } from "../../state/place.ts";
import {
  type Interval,
  intervalOf,
  iso,
  previousRange,
  rangeOf,
  refreshOf,
} from "../../state/range.ts";
import { readQuery } from "../../state/readers.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import { alignPrevious, type Buckets, previousInterval, toBuckets } from "../../words/buckets.ts";

/** The past does not change: it only moves along, half a minute at a time. */
const PREVIOUS_STEP_MS = 30_000;

export interface OverviewData {
  readonly summary: Loaded<QueryResult<SummaryRow>>;
  readonly before: SummaryRow | null;
  readonly series: Loaded<QueryResult<OverviewRow>>;
  readonly errors: Loaded<QueryResult<ErrorRow>>;
  readonly callers: readonly CallerRow[];
  readonly buckets: Buckets | null;
  readonly previous: Buckets | null;
  readonly interval: Interval;
}

/** Of this page's range and filters; where not `wanted`, it is not asked yet. */
export function useQuery<Row>(name: string, place: Place, wanted = true): Loaded<QueryResult<Row>> {
  const params = apiParams(place.page === "requests" ? "overview" : place.page, place.params);
  const everyMs = refreshOf(rangeOf(place.params));
  const path = wanted ? `api/v1/query/${name}?${params.toString()}` : null;
  return useApi(path, readQuery<Row>, { everyMs });
}

export function useOverview(place: Place): OverviewData {
  const summary = useQuery<SummaryRow>("summary", place);
  const series = useQuery<OverviewRow>("overview", place);
  const errors = useQuery<ErrorRow>("errors", place);
  // What only explains comes second: a browser asks six things at once, and the store has few hands.
  const isShown = series.data !== null && summary.data !== null;
  const callers = useQuery<CallerRow>("callers", place, isShown).data?.rows ?? [];
  const range = useMemo(() => rangeOf(place.params), [place]);
  const previousQuery = usePreviousQuery(place);
  const beforePath = isShown ? `api/v1/query/summary?${previousQuery}` : null;
  const before = useApi(beforePath, readQuery<SummaryRow>, ONCE);
  const loadedAt = series.loadedAt;
  const interval = useMemo(() => intervalOf(range, loadedAt ?? Date.now()), [range, loadedAt]);
  const rows = series.data?.rows;
  const buckets = useMemo(
    () => (rows === undefined ? null : toBuckets(rows, interval)),
    [rows, interval],
  );
  const past = useApi(pastPath(place, buckets, interval), readQuery<OverviewRow>, ONCE);
  const pastRows = past.data?.rows;
  const previous = useMemo(
    () =>
      buckets === null || pastRows === undefined || pastRows.every((row) => row.requests === 0)
        ? null
        : alignPrevious(buckets, pastRows, interval),
    [buckets, pastRows, interval],
  );
  return {
    summary,
    before: before.data?.rows[0] ?? null,
    series,
    errors,
    callers,
    buckets,
    previous,
    interval,
  };
}

const ONCE = { everyMs: null } as const;

/** Changes with the grid, bucket by bucket, so that the line before never falls short of this one. */
function pastPath(place: Place, buckets: Buckets | null, interval: Interval): string | null {
  const past = buckets === null ? null : previousInterval(buckets, interval);
  if (past === null) return null;
  const window = { since: iso(past.fromMs), until: iso(past.toMs) };
  return `api/v1/query/overview?${changed(apiParams("overview", place.params), window).toString()}`;
}

/** The same question about the time before, as a query string. */
export function usePreviousQuery(place: Place): string {
  const now = Math.floor(useNow(PREVIOUS_STEP_MS) / PREVIOUS_STEP_MS) * PREVIOUS_STEP_MS;
  return useMemo(() => {
    const { since, until } = previousRange(rangeOf(place.params), now);
    const narrowed = apiParams("overview", place.params);
    return changed(narrowed, { since, until }).toString();
  }, [place, now]);
}
