// The map as a table: a row for each pair that talked.
import type { ReactNode } from "react";
import { Amount } from "../../parts/amount.tsx";
import type { MapEdge, MapNode, ServiceMap } from "../../service-map.ts";
import { Bar } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { duration, rate, share } from "../../../../../src/core/quantity.ts";
import { openEdge } from "./map-graph.tsx";
import { nameOf } from "./map-words.ts";

export function MapTable({ map }: { readonly map: ServiceMap }): ReactNode {
  return (
    <DataTable
      main
      label="Calls"
      columns={callColumns(map)}
      rows={map.edges}
      rowKey={({ from, to }) => `${from} ${to}`}
      sort={{ key: "calls", down: true }}
      onOpen={openEdge}
    />
  );
}

export function CopyCalls({ map }: { readonly map: ServiceMap }): ReactNode {
  return <CopyCsv columns={callColumns(map)} rows={map.edges} />;
}

function callColumns({ nodes, edges, seconds }: ServiceMap): readonly TableColumn<MapEdge>[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const most = Math.max(...edges.map(({ calls }) => calls));
  return [
    placeColumn("from", "Caller", byId),
    { ...placeColumn("to", "Calls", byId), wide: true, lead: true },
    {
      key: "calls",
      label: "Rate",
      value: ({ calls }) => calls,
      numeric: true,
      show: ({ calls }) => (
        <Bar value={calls} max={most}>
          <Amount of={rate(calls, seconds)} />
        </Bar>
      ),
    },
    shareColumn("errors", "Errors", "error"),
    shareColumn("denied", "Denied", undefined),
    {
      key: "p95_ns",
      label: "p95",
      value: ({ p95_ns }) => p95_ns,
      numeric: true,
      show: ({ p95_ns }) => <Amount of={duration(p95_ns)} />,
    },
  ];
}

function placeColumn(
  end: "from" | "to",
  label: string,
  byId: ReadonlyMap<string, MapNode>,
): TableColumn<MapEdge> {
  const words = (edge: MapEdge): string => {
    const node = byId.get(edge[end]);
    return node === undefined ? "" : nameOf(node);
  };
  return {
    key: end,
    label,
    value: words,
    show: (edge) => (
      <>
        <span className="muted">{byId.get(edge[end])?.kind}</span> {words(edge)}
      </>
    ),
  };
}

function shareColumn(
  of: "errors" | "denied",
  label: string,
  tone: "error" | undefined,
): TableColumn<MapEdge> {
  return {
    key: of,
    label,
    value: (edge) => edge[of] / Math.max(1, edge.calls),
    numeric: true,
    show: (edge) => (
      <Amount of={share(edge[of], edge.calls)} tone={edge[of] === 0 ? undefined : tone} />
    ),
  };
}
