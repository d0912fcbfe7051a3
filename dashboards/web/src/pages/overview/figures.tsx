// The summary figures, each with its change against the period before, each a door.
import type { ReactNode } from "react";
import type { SummaryRow } from "../../api.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { bytes, duration, type Quantity, rate, share } from "../../../../../src/core/quantity.ts";
import { changeOf, type ChangeWords } from "./change-words.ts";
import type { OverviewData } from "./use-overview.ts";

interface FiguresProps {
  readonly now: SummaryRow;
  readonly data: OverviewData;
}

interface Figure {
  readonly label: string;
  readonly amount: Quantity;
  readonly change: ChangeWords;
  readonly filters: Readonly<Record<string, string>>;
}

export function Figures({ now, data }: FiguresProps): ReactNode {
  return (
    <div className="figures">
      {figuresOf(now, data.before).map(({ label, amount, change, filters }) => (
        <Door key={label} className="figure" filters={filters} title={`Requests behind ${label}`}>
          <span className="figure-label">{label}</span>
          <span className="figure-amount">
            <Amount of={amount} />
          </span>
          <span className={`figure-change ${change.tone}`}>{change.words}</span>
        </Door>
      ))}
    </div>
  );
}

function figuresOf(now: SummaryRow, before: SummaryRow | null): Figure[] {
  const was = before ?? NOTHING;
  const seconds = now.requests / now.requests_per_second;
  return [
    {
      label: "Requests",
      amount: rate(now.requests, seconds),
      change: changeOf(now.requests, was.requests, "neutral"),
      filters: {},
    },
    part("Errors", { now, before, of: "errors", filters: { status_class: "5xx" } }),
    part("Denied", { now, before, of: "denied", filters: { decision: "deny" } }),
    latency("p50", now.p50_ns, was.p50_ns),
    latency("p95", now.p95_ns, was.p95_ns),
    latency("p99", now.p99_ns, was.p99_ns),
    {
      label: "Sent",
      amount: perSecond(bytes(now.response_bytes / seconds)),
      change: changeOf(now.response_bytes, was.response_bytes, "neutral"),
      filters: {},
    },
  ];
}

/** Before there was a before. */
const NOTHING = {
  requests: null,
  response_bytes: null,
  p50_ns: null,
  p95_ns: null,
  p99_ns: null,
} as const;

interface Part {
  readonly now: SummaryRow;
  readonly before: SummaryRow | null;
  readonly of: "errors" | "denied";
  readonly filters: Figure["filters"];
}

function part(label: string, { now, before, of, filters }: Part): Figure {
  const was = before === null ? null : before[of] / before.requests;
  return {
    label,
    amount: share(now[of], now.requests),
    change: changeOf(now[of] / now.requests, was, "error"),
    filters,
  };
}

function latency(label: string, now: number | null, before: number | null): Figure {
  const slower = now === null ? {} : { min_duration_ms: String(Number((now / 1e6).toFixed(3))) };
  return { label, amount: duration(now), change: changeOf(now, before, "slow"), filters: slower };
}

function perSecond([value, unit]: Quantity): Quantity {
  return [value, `${unit}/s`];
}
