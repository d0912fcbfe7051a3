// What is going on, whether it is worse than before, and where to look next.
import type { ReactNode } from "react";
import type { Status } from "../../api.ts";
import { Empty, Nothing } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import { lastOf } from "../../words/time.ts";
import { DenialsPanel } from "./denials-panel.tsx";
import { ErrorsPanel } from "./errors-panel.tsx";
import { Figures } from "./figures.tsx";
import { HeatPanel } from "./heat-panel.tsx";
import { OverviewCharts } from "./overview-charts.tsx";
import { SlowestPanel } from "./slowest-panel.tsx";
import { TopRoutesPanel } from "./top-routes-panel.tsx";
import { useOverview } from "./use-overview.ts";
import { VerdictLine } from "./verdict-line.tsx";

interface OverviewPageProps {
  readonly place: Place;
  readonly status: Status | null;
}

export function OverviewPage({ place, status }: OverviewPageProps): ReactNode {
  const data = useOverview(place);
  const now = data.summary.data?.rows[0];
  if (data.summary.data === null) return <Nothing from={data.summary} what="the overview" />;
  if (now === undefined || now.requests === 0) return <NoTraffic place={place} status={status} />;
  return (
    <>
      <div className={data.summary.error === null ? "answer" : "answer is-stale"}>
        <VerdictLine data={data} />
        <Figures now={now} data={data} />
      </div>
      <OverviewCharts place={place} data={data} status={status} />
      <HeatPanel place={place} data={data} />
      <div className="halves">
        <ErrorsPanel errors={data.errors} />
        <TopRoutesPanel place={place} />
        <SlowestPanel place={place} />
        <DenialsPanel place={place} />
      </div>
    </>
  );
}

export function NoTraffic({ place, status }: OverviewPageProps): ReactNode {
  const range = lastOf(rangeOf(place.params).since);
  return (
    <section className="panel teach">
      <Empty title={`No request came through weir in ${range}.`}>
        <p>Send one through its proxy port; it shows here within a few seconds:</p>
        {status !== null && <pre>curl -i {status.proxy}/</pre>}
        <p>
          The answer&rsquo;s <code>traceresponse</code> header carries the trace id: paste it into
          the search above to see where its time went.
        </p>
      </Empty>
    </section>
  );
}
