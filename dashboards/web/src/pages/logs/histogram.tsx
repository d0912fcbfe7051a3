// Lines over time as bars; a drag selects a range, a click takes one bar's.
import { type PointerEvent, type ReactNode, useState } from "react";
import { count, text } from "../../../../../src/core/quantity.ts";
import { change } from "../../state/place.ts";
import { type Interval, iso } from "../../state/range.ts";
import { age, axisMarks, clock } from "../../words/time.ts";
import { type Histogram, histogramOf, type HistogramBar } from "./histogram-model.ts";
import { type LogSummary, SEVERITIES } from "./log-line.ts";

const HEIGHT = 72;
const CLICK_SHARE = 0.006;

export function LogHistogram({ of }: { readonly of: LogSummary }): ReactNode {
  const histogram = histogramOf(of);
  const { interval } = histogram;
  const [at, setAt] = useState<number | null>(null);
  const bar = at === null ? undefined : barAt(histogram, at);
  return (
    <figure className="log-histogram">
      <figcaption className="legend">
        {bar === undefined ? <Whole of={of} most={histogram.most} /> : <At bar={bar} />}
      </figcaption>
      <Surface of={histogram} label={wordsOf(of, histogram)} onAt={setAt} />
      <div className="log-ticks" aria-hidden="true">
        {axisMarks(interval, Date.now()).map(({ share, words }) => (
          <span key={share} style={{ left: `${share * 100}%` }}>
            {words}
          </span>
        ))}
      </div>
    </figure>
  );
}

interface SurfaceProps {
  readonly of: Histogram;
  readonly label: string;
  /** Where the pointer is, as a share of the width; null: elsewhere. */
  readonly onAt: (share: number | null) => void;
}

function Surface({ of, label, onAt }: SurfaceProps): ReactNode {
  const [drag, setDrag] = useState<Ends | null>(null);
  const move = (event: PointerEvent<HTMLElement>): void => {
    onAt(shareOf(event));
    if (drag !== null) setDrag([drag[0], shareOf(event)]);
  };
  const finish = (): void => {
    if (drag !== null) select(of, drag);
    setDrag(null);
  };
  return (
    <div
      className="log-bars"
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag([shareOf(event), shareOf(event)]);
      }}
      onPointerMove={move}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => onAt(null)}
    >
      <Bars of={of} />
      {drag === null ? null : <Selection of={drag} />}
    </div>
  );
}

/** Shares of the width. */
type Ends = readonly [from: number, to: number];

function Selection({ of }: { readonly of: Ends }): ReactNode {
  const left = `${Math.min(...of) * 100}%`;
  return (
    <span className="log-selection" style={{ left, width: `${Math.abs(of[1] - of[0]) * 100}%` }} />
  );
}

function Bars({ of: { bars, interval, most } }: { readonly of: Histogram }): ReactNode {
  const lengthMs = interval.toMs - interval.fromMs;
  return (
    <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {bars.map(({ fromMs, toMs, parts }) => {
        const x = ((fromMs - interval.fromMs) / lengthMs) * 1000;
        const width = Math.max(1, ((toMs - fromMs) / lengthMs) * 1000 - 1.5);
        return parts.map(({ tone, from, to }) => (
          <rect
            key={`${fromMs} ${tone}`}
            className={`bar-${tone}`}
            x={x}
            width={width}
            y={HEIGHT - (to / most) * HEIGHT}
            height={Math.max(1, ((to - from) / most) * HEIGHT)}
          />
        ));
      })}
    </svg>
  );
}

interface WholeProps {
  readonly of: LogSummary;
  /** Of one bar. */
  readonly most: number;
}

function Whole({ of: { lines, step_ms: stepMs }, most }: WholeProps): ReactNode {
  return (
    <span>
      <b>{text(count(lines))}</b> {lines === 1 ? "line" : "lines"}
      {lines < 2 ? null : `, up to ${text(count(most))} in ${age(stepMs)}`}
    </span>
  );
}

function At({ bar }: { readonly bar: HistogramBar }): ReactNode {
  return (
    <>
      <span>
        {clock(bar.fromMs)} – {clock(bar.toMs)}
      </span>
      {SEVERITIES.filter((severity) => bar.bySeverity[severity] !== undefined).map((severity) => (
        <span key={severity}>
          {severity} <b>{text(count(bar.bySeverity[severity] ?? 0))}</b>
        </span>
      ))}
    </>
  );
}

function shareOf({ currentTarget, clientX }: PointerEvent<HTMLElement>): number {
  const { left, width } = currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (clientX - left) / width));
}

function timeAt({ fromMs, toMs }: Interval, share: number): number {
  return fromMs + (toMs - fromMs) * share;
}

function barAt({ bars, interval }: Histogram, share: number): HistogramBar | undefined {
  const atMs = timeAt(interval, share);
  return bars.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
}

function select(histogram: Histogram, [from, to]: Ends): void {
  const bar = barAt(histogram, from);
  const isClick = Math.abs(to - from) < CLICK_SHARE;
  if (isClick && bar === undefined) return;
  const interval = isClick && bar !== undefined ? bar : dragged(histogram, [from, to]);
  change({ since: iso(interval.fromMs), until: iso(interval.toMs), line: null });
}

function dragged({ interval }: Histogram, ends: Ends): Interval {
  return {
    fromMs: timeAt(interval, Math.min(...ends)),
    toMs: timeAt(interval, Math.max(...ends)),
  };
}

/** For those who do not see the bars. */
function wordsOf({ lines }: LogSummary, { bars, most }: Histogram): string {
  const highest = bars.find((bar) => bar.lines === most);
  const peak = highest === undefined ? "" : `, the most at ${clock(highest.fromMs)}`;
  return `Lines over time: ${text(count(lines))}${peak}`;
}
