// Where requests lie in time and latency; it comes after what is read first.
import type { ReactNode } from "react";
import type { CellRow } from "../../board.ts";
import { LeadingHeatMap } from "../../heat/leading-heat-map.tsx";
import { Empty, Panel } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { type OverviewData, useQuery } from "./use-overview.ts";

interface HeatPanelProps {
  readonly place: Place;
  readonly data: OverviewData;
}

/** The sums it is drawn of know no other kind. */
const KIND = { kind: "request" } as const;

export function HeatPanel({ place, data }: HeatPanelProps): ReactNode {
  const answer = useQuery<CellRow>("latency-heatmap", place, data.series.data !== null);
  return (
    <Panel title="Latency heatmap" className="heat-panel" from={answer} what="the latency heatmap">
      {({ rows }) => {
        if (rows.length === 0) return <Empty title="No requests in this range." />;
        return <LeadingHeatMap label="Latency" rows={rows} place={place} filters={KIND} />;
      }}
    </Panel>
  );
}
