// How far an hour is from what is usual at this hour of the week: median and median absolute deviation of the weeks before.
import type { Row } from "./rule.ts";

export const ANOMALY_MEASURES = ["requests", "errors", "error_share"] as const;
type AnomalyMeasure = (typeof ANOMALY_MEASURES)[number];

/** What was counted of a route in an hour. */
export interface HourCount {
  readonly service: string;
  readonly route: string;
  readonly requests: number;
  readonly errors: number;
}

export interface AnomalyQuestion {
  readonly of: AnomalyMeasure;
  /** Empty: each route. */
  readonly route: string;
  readonly weeks: number;
  /** With fewer weeks to compare with, nobody knows what is usual. */
  readonly samples: number;
}

/** The columns of its rows. */
export const ANOMALY_COLUMNS = {
  service: "text",
  route: "text",
  value: "number",
  baseline: "number",
  spread: "number",
  samples: "number",
  score: "number",
  distance: "number",
} as const;

/** For a normal distribution, the deviation is the MAD times this. */
const MAD_TO_DEVIATION = 1.4826;
/** What varies less than that is no anomaly, however steady the weeks before were. */
const LEAST_SPREAD_PART = 0.05;
const LEAST_SHARE_SPREAD = 0.01;

/** A row for each route of which enough weeks are known; a route that is silent now counts as 0. */
export function anomalyRows(
  now: readonly HourCount[],
  before: readonly HourCount[],
  { of, samples }: Pick<AnomalyQuestion, "of" | "samples">,
): readonly Row[] {
  const key = ({ service, route }: HourCount): string => JSON.stringify([service, route]);
  const current = new Map(now.map((each) => [key(each), each]));
  return [...Map.groupBy(before, key)].flatMap(([name, weeks]) => {
    const [{ service, route } = { service: "", route: "" }] = weeks;
    if (weeks.length < samples) return [];
    const silent = { service, route, requests: 0, errors: 0 };
    const value = valueOf(current.get(name) ?? silent, of);
    return [
      {
        service,
        route,
        ...compared(
          value,
          weeks.map((week) => valueOf(week, of)),
          of,
        ),
      },
    ];
  });
}

function compared(value: number, usual: readonly number[], of: AnomalyMeasure): Row {
  const baseline = medianOf(usual);
  const deviation = MAD_TO_DEVIATION * medianOf(usual.map((each) => Math.abs(each - baseline)));
  const spread = Math.max(deviation, leastSpread(baseline, of));
  const score = (value - baseline) / spread;
  return { value, baseline, spread, samples: usual.length, score, distance: Math.abs(score) };
}

/** Counts vary by their root even where nothing else does (Poisson). */
function leastSpread(baseline: number, of: AnomalyMeasure): number {
  if (of === "error_share") return LEAST_SHARE_SPREAD;
  return Math.max(LEAST_SPREAD_PART * baseline, Math.sqrt(baseline), 1);
}

function valueOf({ requests, errors }: HourCount, of: AnomalyMeasure): number {
  if (of === "error_share") return requests === 0 ? 0 : errors / requests;
  return of === "errors" ? errors : requests;
}

/** Of no values, 0. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
