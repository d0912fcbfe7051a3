// The busiest routes in short; the page Routes has them all.
import type { ReactNode } from "react";
import type { RouteRow } from "../../api.ts";
import { Panel } from "../../parts/panel.tsx";
import { carried, openRequests } from "../../state/filters.ts";
import { hrefOf, type Place } from "../../state/place.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { routeColumns } from "../routes/route-columns.tsx";
import { useQuery } from "./use-overview.ts";

const SHOWN = 6;
const KEPT = ["route", "requests", "errors", "p95_ns", "spread"];

interface TopRoutesPanelProps {
  readonly place: Place;
}

export function TopRoutesPanel({ place }: TopRoutesPanelProps): ReactNode {
  const routes = useQuery<RouteRow>("routes", place);
  const rows = (routes.data?.rows ?? []).toSorted((a, b) => b.requests - a.requests);
  const columns = routeColumns(rows).filter(({ key }) => KEPT.includes(key));
  const all = (
    <a className="button quiet" href={hrefOf("routes", carried(place.params))}>
      All routes
    </a>
  );
  return (
    <Panel title="Busiest routes" from={routes} what="routes" aside={all}>
      {() => (
        <DataTable
          label="Busiest routes"
          columns={columns}
          rows={rows.slice(0, SHOWN)}
          rowKey={({ route, service }) => `${route} ${service}`}
          onOpen={({ route }) => openRequests({ route })}
        />
      )}
    </Panel>
  );
}
