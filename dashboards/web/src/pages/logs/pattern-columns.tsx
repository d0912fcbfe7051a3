// Columns of the table of patterns.
import { count } from "../../../../../src/core/quantity.ts";
import { Amount } from "../../parts/amount.tsx";
import { Bar } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { Sparkline } from "../../tables/sparkline.tsx";
import { instant, timeMs } from "../../words/time.ts";
import { type LogPattern, severityTone } from "./log-line.ts";
import { PatternText } from "./pattern-text.tsx";

export function patternColumns(
  patterns: readonly LogPattern[],
): readonly TableColumn<LogPattern>[] {
  const most = Math.max(...patterns.map(({ lines }) => lines));
  return [LOOK, SERVICE, SEVERITY, linesColumn(most), ...COURSE];
}

const LOOK: TableColumn<LogPattern> = {
  key: "pattern",
  label: "Pattern",
  value: ({ pattern }) => pattern,
  show: ({ pattern, is_new: isNew, is_rare: isRare, example }) => (
    <span title={example}>
      {isNew ? <span className="tag accent">new</span> : null}
      {isRare ? <span className="tag">rare</span> : null} <PatternText pattern={pattern} />
    </span>
  ),
  wide: true,
  lead: true,
};

const SERVICE: TableColumn<LogPattern> = {
  key: "service",
  label: "Service",
  value: ({ service }) => service,
  show: ({ service, source }) =>
    source === "access" ? <span className="log-service is-access">{service || "–"}</span> : service,
};

const SEVERITY: TableColumn<LogPattern> = {
  key: "severity",
  label: "Worst",
  value: ({ severity }) => severity,
  show: ({ severity }) => (
    <span className={`severity severity-${severityTone(severity)}`}>
      {severity === "none" ? "–" : severity}
    </span>
  ),
};

function linesColumn(most: number): TableColumn<LogPattern> {
  return {
    key: "lines",
    label: "Lines",
    value: ({ lines }) => lines,
    numeric: true,
    show: ({ lines, share }) => (
      <Bar value={lines} max={most} tone="latency">
        <span title={`${(share * 100).toPrecision(3)} % of the lines`}>
          <Amount of={count(lines)} />
        </span>
      </Bar>
    ),
  };
}

const COURSE: readonly TableColumn<LogPattern>[] = [
  {
    key: "slots",
    label: "Course",
    value: () => null,
    show: ({ slots }) => <Sparkline counts={slots} />,
  },
  {
    key: "first_at",
    label: "First",
    value: (row) => row.first_at,
    show: (row) => instant(timeMs(row.first_at), Date.now()),
    numeric: true,
  },
  {
    key: "last_at",
    label: "Last",
    value: (row) => row.last_at,
    show: (row) => instant(timeMs(row.last_at), Date.now()),
    numeric: true,
  },
];
