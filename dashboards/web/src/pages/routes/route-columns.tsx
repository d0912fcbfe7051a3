// Columns for routes: rate, errors, duration.
import type { ReactNode } from "react";
import type { RouteRow } from "../../api.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { Bar, Spread } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { count, duration, rate, share } from "../../../../../src/core/quantity.ts";

/** An error share from which a figure turns red. */
const BAD_SHARE = 0.01;

export function routeColumns(rows: readonly RouteRow[]): readonly TableColumn<RouteRow>[] {
  const maxNs = Math.max(...rows.map(({ p99_ns }) => p99_ns ?? 0));
  return [
    {
      key: "route",
      label: "Route",
      value: ({ route }) => route,
      show: ({ route }) => <b>{route || "no route"}</b>,
      lead: true,
    },
    { key: "service", label: "Service", value: ({ service }) => service },
    rateColumn(rows),
    ERRORS,
    DENIED,
    latency("p50_ns", "p50"),
    latency("p95_ns", "p95"),
    latency("p99_ns", "p99"),
    {
      key: "spread",
      label: "p50 · p95 · p99, log scale",
      value: ({ p99_ns }) => p99_ns,
      wide: true,
      show: (row) => <Spread of={row} maxNs={maxNs} />,
    },
  ];
}

function rateColumn(rows: readonly RouteRow[]): TableColumn<RouteRow> {
  const most = Math.max(...rows.map(({ requests }) => requests), 1);
  return {
    key: "requests",
    label: "Rate",
    value: ({ requests }) => requests,
    numeric: true,
    show: ({ requests, requests_per_second }) => (
      <Bar value={requests} max={most}>
        <Amount of={rate(requests_per_second, 1)} />
      </Bar>
    ),
  };
}

const ERRORS: TableColumn<RouteRow> = {
  key: "errors",
  label: "Errors",
  value: ({ errors, requests }) => (requests === 0 ? null : errors / requests),
  numeric: true,
  show: errorCell,
};

const DENIED: TableColumn<RouteRow> = {
  key: "denied",
  label: "Denied",
  value: ({ denied }) => denied,
  numeric: true,
  show: ({ denied, route }) => (
    <Door filters={{ route, decision: "deny" }}>
      <Amount of={count(denied)} />
    </Door>
  ),
};

function errorCell({ errors, requests, route }: RouteRow): ReactNode {
  const bad = requests > 0 && errors / requests >= BAD_SHARE;
  return (
    <Door filters={{ route, status_class: "5xx" }} title={`${errors} requests failed`}>
      <Amount of={share(errors, requests)} tone={bad ? "error" : undefined} />
    </Door>
  );
}

function latency(key: "p50_ns" | "p95_ns" | "p99_ns", label: string): TableColumn<RouteRow> {
  return {
    key,
    label,
    value: (row) => row[key],
    numeric: true,
    show: (row) => <Amount of={duration(row[key])} />,
  };
}
