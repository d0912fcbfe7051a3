// The overview's three charts as models: which series, which colours, which units.
import type { ChartMark, ChartModel, ChartSeries } from "../../charts/chart-model.ts";
import type { Interval } from "../../state/range.ts";
import type { Buckets } from "../../words/buckets.ts";
import { duration, rate, text } from "../../../../../src/core/quantity.ts";

export interface Shown {
  readonly buckets: Buckets;
  readonly previous: Buckets | null;
  readonly interval: Interval;
  readonly marks: readonly ChartMark[];
}

export function rateModel(shown: Shown): ChartModel {
  return perSecond(shown, "Requests", [
    before(shown, "requests"),
    { label: "requests", values: shown.buckets.requests, color: "--rate", fill: true },
  ]);
}

export function errorsModel(shown: Shown): ChartModel {
  return perSecond(shown, "Errors and denials", [
    before(shown, "errors"),
    { label: "denied", values: shown.buckets.denied, color: "--policy" },
    { label: "errors", values: shown.buckets.errors, color: "--error", fill: true },
  ]);
}

export function latencyModel(shown: Shown, log: boolean): ChartModel {
  const { p50, p95, p99 } = shown.buckets;
  return {
    ...base(shown, "Latency"),
    series: [
      { ...before(shown, "p95"), label: "p95 before" },
      { label: "p50", values: p50, color: "--p50" },
      { label: "p95", values: p95, color: "--p95" },
      { label: "p99", values: p99, color: "--p99" },
    ],
    format: (ns) => text(duration(ns)),
    log,
  };
}

function perSecond(shown: Shown, label: string, series: readonly ChartSeries[]): ChartModel {
  return { ...base(shown, label), series, format: (value) => text(rate(value, 1)), log: false };
}

function base(shown: Shown, label: string): Omit<ChartModel, "series" | "format" | "log"> {
  const { buckets, interval, marks } = shown;
  return { label, times: buckets.times, stepS: buckets.stepS, interval, marks };
}

/** A line from the start on, so that the chart stays the same one when the figures for it come. */
function before({ previous, buckets }: Shown, of: "requests" | "errors" | "p95"): ChartSeries {
  const values = previous?.[of] ?? buckets.times.map(() => null);
  return { label: "before", values, color: "--previous", faint: true };
}
