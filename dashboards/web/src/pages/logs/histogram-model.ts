// Bars of lines over time, stacked by what has to be looked at first; pure.
import type { Interval } from "../../state/range.ts";
import { timeMs } from "../../words/time.ts";
import { type LogSummary, SEVERITIES, type Severity, severityTone } from "./log-line.ts";

export type Tone = ReturnType<typeof severityTone>;

/** From the ground up: errors stand on it, so that their height can be compared. */
const STACK: readonly Tone[] = ["error", "slow", "plain", "faint"];

export interface HistogramBar extends Interval {
  readonly lines: number;
  readonly bySeverity: Readonly<Partial<Record<Severity, number>>>;
  readonly parts: readonly { readonly tone: Tone; readonly from: number; readonly to: number }[];
}

export interface Histogram {
  readonly interval: Interval;
  readonly bars: readonly HistogramBar[];
  /** Lines of the highest bar. */
  readonly most: number;
}

export function histogramOf({ since, until, step_ms, bars }: LogSummary): Histogram {
  const made = bars.map(({ time, by_severity }) => {
    const fromMs = timeMs(time);
    const parts = partsOf(by_severity);
    const lines = parts.at(-1)?.to ?? 0;
    return { fromMs, toMs: fromMs + step_ms, lines, bySeverity: by_severity, parts };
  });
  return {
    interval: { fromMs: timeMs(since), toMs: timeMs(until) },
    bars: made,
    most: Math.max(1, ...made.map(({ lines }) => lines)),
  };
}

function partsOf(counts: HistogramBar["bySeverity"]): HistogramBar["parts"] {
  let from = 0;
  return STACK.flatMap((tone) => {
    const lines = SEVERITIES.filter((severity) => severityTone(severity) === tone).reduce(
      (sum, severity) => sum + (counts[severity] ?? 0),
      0,
    );
    const part = { tone, from, to: from + lines };
    from += lines;
    return lines === 0 ? [] : [part];
  });
}
