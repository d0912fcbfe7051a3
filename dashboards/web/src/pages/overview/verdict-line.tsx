// The answer first: one sentence, with doors to what it names.
import type { ReactNode } from "react";
import { Door } from "../../parts/door.tsx";
import { share, text } from "../../../../../src/core/quantity.ts";
import { instant } from "../../words/time.ts";
import { type Cause, judge, type Verdict } from "../../words/verdict.ts";
import { errorFilters } from "./error-filters.ts";
import type { OverviewData } from "./use-overview.ts";
import { storedWords } from "../../words/stored.ts";

export function VerdictLine({ data }: { readonly data: OverviewData }): ReactNode {
  const verdict = verdictOf(data);
  if (verdict === null) return null;
  const { tone, headline, sinceMs, cause } = verdict;
  const since = sinceMs === null ? "" : `, since ${instant(sinceMs, Date.now())}`;
  return (
    <p className={`verdict ${tone}`} role="status">
      <strong>
        {headline}
        {since}.
      </strong>{" "}
      {cause === null ? null : <CauseWords cause={cause} />}
    </p>
  );
}

function verdictOf(data: OverviewData): Verdict | null {
  const now = data.summary.data?.rows[0];
  if (now === undefined || data.buckets === null) return null;
  const { before, buckets, callers } = data;
  return judge({ now, before, buckets, callers, errors: data.errors.data?.rows ?? [] });
}

function CauseWords({ cause: { error, part, caller } }: { readonly cause: Cause }): ReactNode {
  return (
    <span>
      {text(share(part, 1))} of them{" "}
      <Door filters={errorFilters(error)}>
        on {error.route || "no route"}
        {error.upstream === "" ? "" : ` from ${hostOf(error.upstream)}`}:{" "}
        {error.error_code || error.status}
      </Door>
      {caller === null ? null : <CallerWords caller={caller} />}.
    </span>
  );
}

function CallerWords({ caller }: { readonly caller: string }): ReactNode {
  return (
    <>
      , mostly for{" "}
      <Door filters={{ principal: caller, status_class: "5xx" }}>
        {storedWords(caller) || "anonymous callers"}
      </Door>
    </>
  );
}

/** An endpoint's origin without its scheme: what tells endpoints apart. */
export function hostOf(upstream: string): string {
  return upstream.replace(/^https?:\/\//, "");
}
