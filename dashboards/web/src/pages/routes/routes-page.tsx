// All routes by rate, errors and duration, those without traffic too.
import { type ReactNode, useMemo } from "react";
import type { Route, RouteRow } from "../../api.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { readRoutes } from "../../state/readers.ts";
import { useApi } from "../../state/use-api.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { useQuery } from "../overview/use-overview.ts";
import { routeColumns } from "./route-columns.tsx";

const EVERY = { everyMs: 15_000 } as const;
const BY_RATE = { key: "requests", down: true } as const;

export function RoutesPage({ place }: { readonly place: Place }): ReactNode {
  const figures = useQuery<RouteRow>("routes", place);
  const known = useApi("api/v1/routes", readRoutes, EVERY).data;
  const rows = useMemo(
    () => withIdle(figures.data?.rows ?? [], wanted(known ?? [], place.params)),
    [figures.data, known, place],
  );
  const columns = withMatch(routeColumns(rows), known ?? []);
  return (
    <Panel
      title={`${rows.length} routes`}
      from={figures}
      what="routes"
      aside={<CopyCsv columns={columns} rows={rows} />}
    >
      {() =>
        rows.length === 0 ? (
          <NoRoutes />
        ) : (
          <DataTable
            main
            label="Routes"
            columns={columns}
            rows={rows}
            rowKey={({ route, service }) => `${route} ${service}`}
            sort={BY_RATE}
            onOpen={({ route }) => openRequests({ route })}
            rowClass={({ requests }) => (requests === 0 ? "is-idle" : "")}
          />
        )
      }
    </Panel>
  );
}

function NoRoutes(): ReactNode {
  return (
    <Empty title="No route is configured.">
      <p>One that sends everything under /orders to the service orders, in weir.yaml:</p>
      <pre>
        {'routes:\n  - { name: orders, match: { host: "*", path: /orders/** }, service: orders }'}
      </pre>
    </Empty>
  );
}

/** Configured routes that had no traffic, as rows of zeros. */
function withIdle(rows: readonly RouteRow[], known: readonly Route[]): readonly RouteRow[] {
  const seen = new Set(rows.map(({ route }) => route));
  const idle = known.filter(({ name }) => !seen.has(name));
  return [...rows, ...idle.map(({ name, service }) => ({ ...IDLE, route: name, service }))];
}

const IDLE = {
  requests: 0,
  requests_per_second: 0,
  errors: 0,
  denied: 0,
  p50_ns: null,
  p95_ns: null,
  p99_ns: null,
} as const;

function wanted(routes: readonly Route[], params: URLSearchParams): readonly Route[] {
  const route = params.get("route");
  const service = params.get("service");
  return routes.filter(
    (each) => (route ?? each.name) === each.name && (service ?? each.service) === each.service,
  );
}

function withMatch(
  columns: readonly TableColumn<RouteRow>[],
  known: readonly Route[],
): readonly TableColumn<RouteRow>[] {
  const words = new Map(known.map((route) => [route.name, matchWords(route)]));
  const match: TableColumn<RouteRow> = {
    key: "match",
    label: "Match",
    value: ({ route }) => words.get(route) ?? "",
    show: ({ route }) => <code className="muted">{words.get(route) ?? ""}</code>,
  };
  const [name, ...rest] = columns;
  return name === undefined ? rest : [name, match, ...rest];
}

function matchWords({ match }: Route): string {
  const methods = match.methods.length === 0 ? "" : `${match.methods.join(",")} `;
  const host = match.host === "*" ? "" : match.host;
  return `${methods}${host}${match.path}`;
}
