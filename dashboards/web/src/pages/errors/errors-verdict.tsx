// The answer first: what is new among the errors, or that nothing is, with the door to the worst of it.
import type { ReactNode } from "react";
import { Door } from "../../parts/door.tsx";
import { instant, timeMs } from "../../words/time.ts";
import { count, text } from "../../../../../src/core/quantity.ts";
import { hostOf } from "../overview/verdict-line.tsx";
import { type ErrorGroup, groupFilters } from "./error-group.ts";

interface ErrorsVerdictProps {
  readonly groups: readonly ErrorGroup[];
  readonly range: string;
}

export function ErrorsVerdict({ groups, range }: ErrorsVerdictProps): ReactNode {
  const fresh = groups.filter(({ state }) => state === "new");
  const [worst] = (fresh.length > 0 ? fresh : groups).toSorted((a, b) => weight(b) - weight(a));
  const tone = fresh.some(isServed) ? "bad" : "";
  return (
    <p className={`verdict ${tone}`} role="status">
      <strong>{headline(groups.length, fresh.length, range)}</strong>{" "}
      {worst === undefined ? null : <Worst group={worst} />}
    </p>
  );
}

function headline(all: number, fresh: number, range: string): string {
  if (all === 0) return `No request failed in ${range}.`;
  if (fresh > 0)
    return `${fresh} of ${kinds(all)} of errors in ${range} ${fresh === 1 ? "is" : "are"} new.`;
  return `${kinds(all)} of errors in ${range}, none of them new.`;
}

function kinds(of: number): string {
  return of === 1 ? "1 kind" : `${of} kinds`;
}

/** What a client did wrong matters less, however often. */
function weight(group: ErrorGroup): number {
  return group.requests + (isServed(group) ? 1e9 : 0);
}

function isServed({ status }: ErrorGroup): boolean {
  return status >= 500;
}

function Worst({ group }: { readonly group: ErrorGroup }): ReactNode {
  const { route, upstream, error_code, status, requests, first_at } = group;
  return (
    <span>
      The worst, {requests === 1 ? "once, at" : `${text(count(requests))} times since`}{" "}
      {instant(timeMs(first_at), Date.now())}:{" "}
      <Door filters={groupFilters(group)}>
        {error_code || status} on {route || "no route"}
        {upstream === "" ? "" : ` from ${hostOf(upstream)}`}
      </Door>
      .
    </span>
  );
}
