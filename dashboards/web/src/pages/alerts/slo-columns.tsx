// Columns of service level objectives, the one in most trouble first.
import type { ReactNode } from "react";
import type { Burn, Slo } from "../../alerting.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { Bar } from "../../tables/bar.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { count, digits, text } from "../../../../../src/core/quantity.ts";

/** Long and short window of each rule: both must burn faster than its limit. */
const PAIRS = [
  ["1h", "5m"],
  ["6h", "30m"],
  ["3d", "2h"],
] as const;
const LITTLE = 0.25;

export const SLO_COLUMNS: readonly TableColumn<Slo>[] = [
  {
    key: "route",
    label: "Route",
    value: ({ route }) => route,
    show: ({ route, window }) => <Door filters={{ route, since: window }}>{route}</Door>,
    lead: true,
  },
  {
    key: "objective",
    label: "Promise",
    value: ({ objective }) => objective,
    show: ({ objective, latency_ms, window }) => (
      <>
        {objective} %{" "}
        <span className="muted">
          {latency_ms === null ? "" : `within ${latency_ms} ms, `}over {window}
        </span>
      </>
    ),
    wide: true,
  },
  {
    key: "budget_left",
    label: "Budget left",
    value: (slo) => slo.budget_left,
    numeric: true,
    show: ({ budget_left, requests }) => <BudgetLeft left={budget_left} requests={requests} />,
  },
  {
    key: "bad",
    label: "Bad",
    value: ({ bad }) => bad,
    numeric: true,
    show: ({ bad, requests }) => (
      <span title={`of ${text(count(requests))} requests`}>
        <Amount of={count(bad)} /> <span className="muted">of {text(count(requests))}</span>
      </span>
    ),
  },
  ...PAIRS.map(burnColumn),
];

/** A budget can be overdrawn, which a bar can't show. */
function BudgetLeft({ left, requests }: { readonly left: number; readonly requests: number }) {
  if (requests === 0) return <span className="muted">no requests</span>;
  const tone = left <= 0 ? "error" : left < LITTLE ? "slow" : undefined;
  return (
    <Bar value={Math.max(0, left)} max={1} tone={left < LITTLE ? "error" : "rate"}>
      <Amount of={percent(left)} tone={tone} />
    </Bar>
  );
}

export function percent(part: number): readonly [string, string] {
  return [digits(Math.round(part * 1000) / 10).replace("-", "−"), "%"];
}

function burnColumn([long, short]: (typeof PAIRS)[number]): TableColumn<Slo> {
  const find = ({ burn }: Slo, window: string): Burn | undefined =>
    burn.find((each) => each.window === window);
  return {
    key: `burn_${long}`,
    label: `Burns in ${long} / ${short}`,
    value: (slo) => find(slo, long)?.rate ?? null,
    numeric: true,
    show: (slo) => <BurnRates pair={[find(slo, long), find(slo, short)]} />,
  };
}

function BurnRates({ pair }: { readonly pair: readonly (Burn | undefined)[] }): ReactNode {
  const isCalling = pair.every((each) => each !== undefined && each.rate > each.limit);
  const rates = pair.map((each) => `${digits(Math.round((each?.rate ?? 0) * 100) / 100)}×`);
  return (
    <span
      className={isCalling ? "is-error" : ""}
      title={`Its rule calls above ${pair[0]?.limit ?? "?"}× in both`}
    >
      {rates.join(" / ")}
    </span>
  );
}
