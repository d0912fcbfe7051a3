// Rate, errors and latency over time on one crosshair; a drag narrows the range, a click opens.
import { type ReactNode, useMemo, useState } from "react";
import type { Status } from "../../api.ts";
import type { ChartActions, ChartMark, ChartModel } from "../../charts/chart-model.ts";
import { TimeChart } from "../../charts/time-chart.tsx";
import { readAlerts } from "../../alerting.ts";
import { Panel } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import { change, type Place } from "../../state/place.ts";
import { type Interval, iso } from "../../state/range.ts";
import { useApi } from "../../state/use-api.ts";
import { errorsModel, latencyModel, rateModel } from "./chart-models.ts";
import { marksOf } from "./event-marks.ts";
import type { OverviewData } from "./use-overview.ts";

const EVERY = { everyMs: 15_000 } as const;

interface OverviewChartsProps {
  readonly place: Place;
  readonly data: OverviewData;
  readonly status: Status | null;
}

export function OverviewCharts({ data, status }: OverviewChartsProps): ReactNode {
  const [log, setLog] = useState(false);
  const alerts = useApi("api/v1/alerts", readAlerts, EVERY).data;
  const marks = useMemo<readonly ChartMark[]>(() => marksOf(status, alerts), [status, alerts]);
  const models = useMemo(() => {
    const { buckets, previous, interval } = data;
    if (buckets === null) return null;
    const shown = { buckets, previous, interval, marks };
    return {
      rate: rateModel(shown),
      errors: errorsModel(shown),
      latency: latencyModel(shown, log),
    };
  }, [data.buckets, data.previous, data.interval, marks, log]);
  const scale = (
    <button type="button" className="button quiet" aria-pressed={log} onClick={() => setLog(!log)}>
      {log ? "Linear scale" : "Log scale"}
    </button>
  );
  return (
    <div className="charts">
      <ChartPanel title="Requests" model={models?.rate} data={data} filters={{}} />
      <ChartPanel
        title="Errors and denials"
        model={models?.errors}
        data={data}
        filters={{ status_class: "5xx" }}
      />
      <ChartPanel title="Latency" model={models?.latency} data={data} filters={{}} aside={scale} />
    </div>
  );
}

interface ChartPanelProps {
  readonly title: string;
  readonly model: ChartModel | undefined;
  readonly data: OverviewData;
  readonly filters: Readonly<Record<string, string>>;
  readonly aside?: ReactNode;
}

function ChartPanel({ title, model, data, filters, aside }: ChartPanelProps): ReactNode {
  const actions: ChartActions = {
    onSelect: (interval) => change(rangeOf(interval)),
    onPick: (interval) => openRequests({ ...rangeOf(interval), ...filters }),
  };
  return (
    <Panel title={title} aside={aside} from={data.series} what="the course of time">
      {() => (model === undefined ? null : <TimeChart model={model} {...actions} />)}
    </Panel>
  );
}

function rangeOf({ fromMs, toMs }: Interval): { since: string; until: string } {
  return { since: iso(fromMs), until: iso(toMs) };
}
