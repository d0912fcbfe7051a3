// How an error budget went down over the window of its promise; a click leads to that time's requests.
import { type ReactNode, useMemo } from "react";
import type { QueryResult } from "../../api.ts";
import type { Slo } from "../../alerting.ts";
import type { ChartModel } from "../../charts/chart-model.ts";
import { TimeChart } from "../../charts/time-chart.tsx";
import { Nothing } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import { change } from "../../state/place.ts";
import { type Interval, intervalOf, iso } from "../../state/range.ts";
import { readQuery } from "../../state/readers.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import { timeMs } from "../../words/time.ts";
import { text } from "../../../../../src/core/quantity.ts";
import { percent } from "./slo-columns.tsx";

interface BudgetRow {
  readonly time: string;
  readonly budget_left: number;
}

const EVERY = { everyMs: 60_000 } as const;

export function BudgetChart({ slo }: { readonly slo: Slo }): ReactNode {
  const { route, objective, latency_ms, window } = slo;
  const params = new URLSearchParams({ route, objective: String(objective), since: window });
  if (latency_ms !== null) params.set("latency_ms", String(latency_ms));
  const path = `api/v1/query/error-budget?${params.toString()}`;
  const budget: Loaded<QueryResult<BudgetRow>> = useApi(path, readQuery<BudgetRow>, EVERY);
  const rows = budget.data?.rows;
  const model = useMemo(() => modelOf(slo, rows ?? []), [slo, rows]);
  if (rows === undefined) return <Nothing from={budget} what="the error budget" />;
  return (
    <div className="budget">
      <h3>
        Error budget of {route} over {window}
      </h3>
      <TimeChart
        model={model}
        onSelect={(interval) => change(windowOf(interval))}
        onPick={(interval) => openRequests({ ...windowOf(interval), route })}
      />
    </div>
  );
}

function modelOf({ route, window }: Slo, rows: readonly BudgetRow[]): ChartModel {
  const times = rows.map(({ time }) => timeMs(time) / 1000);
  const [first = 0, second = 60] = times;
  return {
    label: `Error budget of ${route}`,
    times,
    stepS: second - first,
    series: [
      {
        label: "budget left",
        values: rows.map(({ budget_left: left }) => left),
        color: (rows.at(-1)?.budget_left ?? 1) <= 0 ? "--error" : "--accent",
        fill: true,
      },
    ],
    marks: [],
    interval: intervalOf({ since: window, until: null }, Date.now()),
    format: (value) => text(percent(value)),
    log: false,
  };
}

function windowOf({ fromMs, toMs }: Interval): { since: string; until: string } {
  return { since: iso(fromMs), until: iso(toMs) };
}
