// What services logged within the trace, or within one span of it: when, how bad, and what.
import { type ReactNode, useMemo } from "react";
import { duration, text } from "../../../../src/core/quantity.ts";
import { severityTone } from "../pages/logs/log-line.ts";
import type { Trace, TraceLine } from "../request-row.ts";
import { changed, currentPlace, hrefOf } from "../state/place.ts";
import { storedWords } from "../words/stored.ts";
import { earliest, type FineTime, fineTime, nsSince } from "../words/time.ts";

/** More are for the page Logs. */
const MOST_SHOWN = 200;

interface TraceLinesProps {
  readonly trace: Trace;
  /** Only its lines, where it has any. */
  readonly spanId: string;
}

export function TraceLines({ trace, spanId }: TraceLinesProps): ReactNode {
  const { logs, trace_id: traceId } = trace;
  const first = useMemo(() => firstOf(trace), [trace]);
  if (logs.length === 0) return null;
  const own = logs.filter((line) => line.span_id === spanId);
  const lines = own.length === 0 ? logs : own;
  const { params } = currentPlace();
  const all = changed(params, { open: null, line: null, q: null, trace_id: traceId });
  return (
    <section>
      <div className="trace-lines-head">
        <h3>Logs</h3>
        <a className="door muted" href={hrefOf("logs", all)}>
          {own.length === 0 ? "of this trace" : `of this span, ${own.length} of ${logs.length}`}
        </a>
      </div>
      <ol className="trace-lines">
        {lines.slice(0, MOST_SHOWN).map((line, at) => (
          <Line key={`${line.id} ${at}`} line={line} first={first} />
        ))}
      </ol>
      {lines.length > MOST_SHOWN ? (
        <p className="small">and {lines.length - MOST_SHOWN} more</p>
      ) : null}
    </section>
  );
}

/** As the waterfall counts, but by the clocks of services; null: of nothing but lines. */
function firstOf({ requests, spans }: Trace): FineTime | null {
  const first = earliest([...requests, ...spans].map(({ started_at: at }) => at));
  return first === "" ? null : fineTime(first);
}

interface LineProps {
  readonly line: TraceLine;
  readonly first: FineTime | null;
}

function Line({ line, first }: LineProps): ReactNode {
  const { id, time, severity, service, text: words } = line;
  const { params } = currentPlace();
  return (
    <li>
      <time dateTime={time} title={time}>
        {first === null ? "" : sinceWords(first, time)}
      </time>
      <span className={`severity severity-${severityTone(severity)}`}>
        {severity === "none" ? "–" : severity}
      </span>
      <span className="muted">{service}</span>
      <a
        className="log-text"
        href={hrefOf("logs", changed(params, { line: id, open: null }))}
        title={words}
      >
        {storedWords(words)}
      </a>
    </li>
  );
}

function sinceWords(first: FineTime, time: string): string {
  const ns = nsSince(first, time);
  return `${ns < 0 ? "−" : "+"}${text(duration(Math.abs(ns)))}`;
}
