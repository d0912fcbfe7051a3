// What services logged and what passed through weir, as lines: searched, counted, followed live.
import { type ReactNode, useCallback, useState } from "react";
import type { Status } from "../../api.ts";
import { Empty, Nothing, StaleNote } from "../../parts/panel.tsx";
import { live } from "../../state/live.ts";
import { change, type Place } from "../../state/place.ts";
import { rangeOf, refreshOf } from "../../state/range.ts";
import { useSignal } from "../../state/signal.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import { lastOf } from "../../words/time.ts";
import { NoTraffic } from "../overview/overview-page.tsx";
import { Facets } from "./facets.tsx";
import { LogHistogram } from "./histogram.tsx";
import { LogHead } from "./log-head.tsx";
import { LineList } from "./line-list.tsx";
import { type LogSummary, readSummary } from "./log-line.ts";
import { isFiltered, logParams } from "./log-params.ts";
import { PatternsPanel } from "./patterns-panel.tsx";
import { type Lines, useLines } from "./use-lines.ts";

interface LogsPageProps {
  readonly place: Place;
  readonly status: Status | null;
}

export function LogsPage({ place, status }: LogsPageProps): ReactNode {
  const { params } = place;
  const question = logParams(params);
  const range = rangeOf(params);
  const summary = useApi(`api/v1/logs/summary?${question.toString()}`, readSummary, {
    everyMs: refreshOf(range),
  });
  const isEmpty = summary.data?.lines === 0 && !isFiltered(params);
  return (
    <div className="logs">
      <Counts summary={summary} />
      <Facets facets={summary.data?.facets ?? null} params={params} />
      {isEmpty ? (
        <NoLines place={place} status={status} />
      ) : (
        <div className="log-main">
          <LogHead params={params} question={question} />
          {params.get("view") === "patterns" ? (
            <PatternsPanel place={place} question={question} />
          ) : (
            <LinesPanel place={place} question={question} />
          )}
        </div>
      )}
    </div>
  );
}

/** Where both fail it is said once, by the lines. */
function Counts({ summary }: { readonly summary: Loaded<LogSummary> }): ReactNode {
  if (summary.data === null && summary.error !== null) return null;
  return (
    <section className={`panel log-counts ${summary.error === null ? "" : "is-stale"}`}>
      <div className="panel-body">
        {summary.data === null ? (
          <Nothing from={summary} what="the counts of lines" />
        ) : (
          <LogHistogram of={summary.data} />
        )}
      </div>
    </section>
  );
}

interface LinesPanelProps {
  readonly place: Place;
  readonly question: URLSearchParams;
}

function LinesPanel({ place, question }: LinesPanelProps): ReactNode {
  const [isTop, setTop] = useState(true);
  const isLive = useSignal(live) && rangeOf(place.params).until === null;
  const lines = useLines(question, isTop && isLive);
  const { newest, list } = lines;
  if (newest.data === null) {
    return (
      <section className="panel log-panel">
        <Nothing from={newest} what="log lines" />
      </section>
    );
  }
  return (
    <section className={`panel log-panel ${newest.error === null ? "" : "is-stale"}`}>
      {newest.error === null ? null : <OldLines newest={newest} />}
      <div className="panel-body">
        {list.lines.length === 0 ? (
          <NoMatch place={place} />
        ) : (
          <Followed lines={lines} place={place} isHeld={isLive && !isTop} setTop={setTop} />
        )}
      </div>
    </section>
  );
}

function OldLines({ newest: { loadedAt, error } }: Pick<Lines, "newest">): ReactNode {
  return (
    <p className="list-foot">
      <StaleNote loadedAt={loadedAt} /> {error?.message}
    </p>
  );
}

interface FollowedProps {
  readonly lines: Lines;
  readonly place: Place;
  /** New lines wait until the top is in sight again: nothing moves under who reads. */
  readonly isHeld: boolean;
  readonly setTop: (isTop: boolean) => void;
}

function Followed({ lines, place, isHeld, setTop }: FollowedProps): ReactNode {
  const toTop = useCallback(() => document.querySelector(".line-list")?.scrollTo({ top: 0 }), []);
  return (
    <>
      <LineList of={lines} place={place} onTop={setTop} />
      {isHeld ? (
        <button type="button" className="button log-newer" onClick={toTop}>
          Newer lines wait above
        </button>
      ) : null}
    </>
  );
}

function NoMatch({ place: { params } }: Pick<LogsPageProps, "place">): ReactNode {
  const clear = {
    pattern: null,
    q: null,
    source: null,
    severity: null,
    service: null,
    route: null,
    trace_id: null,
  };
  return (
    <Empty title={`No line matches in ${lastOf(rangeOf(params).since)}.`}>
      <p>
        Words stand in a line as whole words: <code>order*</code> finds parts of them, too, and{" "}
        <code>&quot;not found&quot;</code> words next to each other. <code>order.id=17</code> asks
        for an attribute.
      </p>
      <p>
        <button type="button" className="button" onClick={() => change(clear)}>
          Clear the search
        </button>
      </p>
    </Empty>
  );
}

/** Nothing was logged at all: how it would be. */
function NoLines({ place, status }: LogsPageProps): ReactNode {
  return (
    <div className="answer log-panel">
      <section className="panel teach">
        <Empty title={`No service sent a log line in ${lastOf(rangeOf(place.params).since)}.`}>
          <p>
            Services send them by OTLP over HTTP. With <code>collector.listen</code> in the config,
            tell an SDK of OpenTelemetry where to:
          </p>
          <pre>OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318</pre>
        </Empty>
      </section>
      <NoTraffic place={place} status={status} />
    </div>
  );
}
