// Who calls what, how often, how badly and how slowly: as a picture, as a table, and again step by step.
import type { ReactNode } from "react";
import type { Status } from "../../api.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import type { ServiceMap } from "../../service-map.ts";
import { activeFilters } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { share, text } from "../../../../../src/core/quantity.ts";
import { NoTraffic } from "../overview/overview-page.tsx";
import { MapGraph } from "./map-graph.tsx";
import { CopyCalls, MapTable } from "./map-table.tsx";
import { Replay } from "./replay.tsx";
import { type ShownMap, stepOf, useMap } from "./use-map.ts";

interface MapPageProps {
  readonly place: Place;
  readonly status: Status | null;
}

export function MapPage({ place, status }: MapPageProps): ReactNode {
  const shown = useMap(place);
  const { loaded, nodes } = shown;
  const isEmpty = loaded.data !== null && nodes.length === 0;
  if (isEmpty && activeFilters(place).length === 0 && stepOf(place) === null) {
    return <NoTraffic place={place} status={status} />;
  }
  return (
    <>
      <Panel
        title="Who calls what"
        className="map-panel"
        from={loaded}
        what="the map"
        aside={<Replay place={place} isReady={!loaded.waiting} />}
      >
        {(map) => <Drawn map={map} nodes={nodes} />}
      </Panel>
      <Panel
        title="Calls"
        from={loaded}
        what="calls"
        aside={loaded.data === null ? null : <CopyCalls map={loaded.data} />}
      >
        {(map) =>
          map.edges.length === 0 ? <Empty title="No calls in this time." /> : <MapTable map={map} />
        }
      </Panel>
    </>
  );
}

function Drawn({ map, nodes }: Pick<ShownMap, "nodes"> & { readonly map: ServiceMap }): ReactNode {
  if (nodes.length === 0) {
    return (
      <Empty title="Nobody called in this range.">
        <p>Remove a filter above, or look further back.</p>
      </Empty>
    );
  }
  return (
    <>
      <MapGraph map={map} nodes={nodes} />
      <p className="map-hint small">
        Wider: more calls; redder: more of them fail. A place says its rate, errors in red, denials
        in violet, p95 in blue.
        {map.share === 1
          ? ""
          : ` Callers and applications are counted in ${text(share(map.share, 1))} of the time, which stands for all.`}
      </p>
    </>
  );
}
