// Columns for endpoints: state, load, estimate, weights, share, failures, latency.
import type { ReactNode } from "react";
import type { EndpointState, Hold, UpstreamRow } from "../../api.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { Bar } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { count, duration, type Quantity, share, text } from "../../../../../src/core/quantity.ts";
import { age, timeMs } from "../../words/time.ts";
import { hostOf } from "../overview/verdict-line.tsx";
import type { EndpointRow } from "./endpoint-row.ts";

const BAD_SHARE = 0.01;

/** What can be done with one. */
export interface EndpointActions {
  readonly onTakeOut: (row: EndpointRow) => void;
  readonly onPutBack: (row: EndpointRow) => void;
}

export function endpointColumns(
  rows: readonly EndpointRow[],
  actions: EndpointActions,
): readonly TableColumn<EndpointRow>[] {
  return [...figureColumns(rows), actionColumn(actions)];
}

function figureColumns(rows: readonly EndpointRow[]): readonly TableColumn<EndpointRow>[] {
  const maxInflight = Math.max(...rows.map(({ endpoint }) => endpoint.inflight), 1);
  const maxEstimate = Math.max(...rows.map(({ endpoint }) => endpoint.estimate_ns), 1);
  return [
    {
      key: "upstream",
      label: "Endpoint",
      value: ({ endpoint }) => endpoint.url,
      show: ({ endpoint }) => <span className="mono">{hostOf(endpoint.url)}</span>,
      lead: true,
    },
    {
      key: "state",
      label: "State",
      value: ({ endpoint }) => endpoint.state,
      show: (row) => <StateTag row={row} />,
    },
    barred({ key: "inflight", label: "In flight", max: maxInflight, words: count }),
    barred({ key: "estimate_ns", label: "Estimate", max: maxEstimate, words: duration }),
    shareColumn,
    {
      key: "weight",
      label: "Weight",
      value: ({ endpoint }) => endpoint.weight,
      numeric: true,
      show: weights,
    },
    figure("attempts", "Attempts", ({ attempts }) => <Amount of={count(attempts)} />),
    figure("failures", "Failed", failureCell),
    figure("p50_ns", "p50", ({ p50_ns }) => <Amount of={duration(p50_ns)} />),
    figure("p95_ns", "p95", ({ p95_ns }) => <Amount of={duration(p95_ns)} />),
    figure("p99_ns", "p99", ({ p99_ns }) => <Amount of={duration(p99_ns)} />),
  ];
}

interface Barred {
  readonly key: "inflight" | "estimate_ns";
  readonly label: string;
  readonly max: number;
  readonly words: (value: number) => Quantity;
}

function barred({ key, label, max, words }: Barred): TableColumn<EndpointRow> {
  const tone = key === "inflight" ? "accent" : "latency";
  return {
    key,
    label,
    value: ({ endpoint }) => endpoint[key],
    numeric: true,
    show: ({ endpoint }) => (
      <span title={`from ${endpoint.samples} samples`}>
        <Bar value={endpoint[key]} max={max} tone={tone}>
          <Amount of={words(endpoint[key])} />
        </Bar>
      </span>
    ),
  };
}

const shareColumn: TableColumn<EndpointRow> = {
  key: "share",
  label: "Share",
  value: (row) => row.share,
  numeric: true,
  show: ({ share: part, dueShare }) =>
    part === null ? (
      <span className="faint">–</span>
    ) : (
      <span title={`By weight alone it would get ${text(share(dueShare, 1))}`}>
        <Bar value={part} max={1}>
          <Amount of={share(part, 1)} />
        </Bar>
      </span>
    ),
};

function figure(
  key: Exclude<keyof UpstreamRow, "service" | "upstream">,
  label: string,
  show: (row: UpstreamRow) => ReactNode,
): TableColumn<EndpointRow> {
  return {
    key,
    label,
    value: ({ figures }) => figures?.[key] ?? null,
    numeric: true,
    show: ({ figures }) => (figures === null ? <span className="faint">–</span> : show(figures)),
  };
}

function failureCell({ failures, attempts, upstream }: UpstreamRow): ReactNode {
  const bad = attempts > 0 && failures / attempts >= BAD_SHARE;
  return (
    <Door filters={{ upstream, status_class: "5xx" }} title={`${failures} attempts failed`}>
      <Amount of={share(failures, attempts)} tone={bad ? "error" : undefined} />
    </Door>
  );
}

/** The weight in force, and what past statistics make of it. */
function weights({ endpoint }: EndpointRow): ReactNode {
  const { weight, statistics_weight: learned } = endpoint;
  return (
    <span title="weight in force × weight learned from statistics">
      {weight} <span className="faint">× {learned.toFixed(2)}</span>
    </span>
  );
}

const STATES: Readonly<Record<EndpointState, { tone: string; hint: string }>> = {
  ok: { tone: "", hint: "takes its full part" },
  young: { tone: "accent", hint: "new: traffic is growing while its latency is learned" },
  ejected: { tone: "bad", hint: "failed too often: takes no traffic for now" },
  held: { tone: "accent", hint: "somebody took it out: takes no traffic, however well it is" },
  trial: { tone: "slow", hint: "back after an ejection: a few requests try it" },
};

function StateTag({ row: { endpoint, hold } }: { readonly row: EndpointRow }): ReactNode {
  const takesAll = endpoint.state === "ok" || endpoint.state === "young";
  if (hold !== null && hold.share > 0 && takesAll) return <LessTag hold={hold} />;
  return <OwnState endpoint={endpoint} hold={hold} />;
}

function OwnState({ endpoint, hold }: Pick<EndpointRow, "endpoint" | "hold">): ReactNode {
  const { tone, hint } = STATES[endpoint.state];
  const until = endpoint.state === "held" ? (hold?.ends_at ?? null) : endpoint.ejected_until;
  const left = until === null ? 0 : timeMs(until) - Date.now();
  const why = hold === null ? hint : `${hint}. Why: ${hold.comment}`;
  const isOut = endpoint.state === "held" || endpoint.state === "ejected";
  return (
    <span className={`tag ${tone}`} title={why}>
      {endpoint.state}
      {isOut && left > 0 ? `, back in ${age(left)}` : ""}
    </span>
  );
}

function LessTag({ hold }: { readonly hold: Hold }): ReactNode {
  const left = timeMs(hold.ends_at) - Date.now();
  return (
    <span className="tag accent" title={`Why: ${hold.comment}`}>
      {Math.round(hold.share * 100)} % weight{left > 0 ? `, ${age(left)}` : ""}
    </span>
  );
}

function actionColumn({ onTakeOut, onPutBack }: EndpointActions): TableColumn<EndpointRow> {
  return {
    key: "action",
    label: "",
    value: ({ hold }) => (hold === null ? "take out" : "put back"),
    show: (row) => (
      <button
        type="button"
        className="button quiet"
        onClick={(event) => {
          event.stopPropagation();
          (row.hold === null ? onTakeOut : onPutBack)(row);
        }}
      >
        {row.hold === null ? "Take out" : "Put back"}
      </button>
    ),
  };
}
