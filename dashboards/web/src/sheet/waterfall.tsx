// The trace in time: one line a span, coloured by service, weir's stages inside its own.
import { memo, type ReactNode, useCallback, useMemo, useState } from "react";
import { Amount } from "../parts/amount.tsx";
import { Icon } from "../parts/icon.tsx";
import type { Trace } from "../request-row.ts";
import { severityTone } from "../pages/logs/log-line.ts";
import { changed, changeQuietly, hrefOf, usePlace } from "../state/place.ts";
import { duration, text } from "../../../../src/core/quantity.ts";
import type { Stage } from "../../../../src/telemetry/request-stages.ts";
import { BarList } from "./bar-list.tsx";
import { STAGE_COLORS } from "./stages.ts";
import { type Dot, type PlacedBar, unfolded, type Waterfall } from "./waterfall-model.ts";

const COLORS = 7;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

interface WaterfallChartProps {
  readonly trace: Trace;
  readonly waterfall: Waterfall;
  /** The request or span the sheet is about. */
  readonly spanId: string;
}

export function WaterfallChart({ trace, waterfall, spanId }: WaterfallChartProps): ReactNode {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => setClosed((last) => toggled(last, id)), []);
  const traceId = trace.trace_id;
  const open = useCallback((id: string) => changeQuietly({ open: `${traceId}.${id}` }), [traceId]);
  const bars = useMemo(() => unfolded(waterfall.bars, closed), [waterfall, closed]);
  return (
    <div className="waterfall" role="group" aria-label="Trace waterfall">
      <Services of={waterfall} />
      <div className="waterfall-ticks" aria-hidden="true">
        {TICKS.map((part) => (
          <span key={part} style={{ left: `${part * 100}%` }}>
            {text(duration(part * waterfall.totalNs))}
          </span>
        ))}
      </div>
      <BarList bars={bars} spanId={spanId}>
        {(bar) => (
          <BarLine
            key={bar.id}
            bar={bar}
            of={waterfall}
            current={bar.id === spanId}
            closed={closed.has(bar.id)}
            onToggle={toggle}
            onOpen={open}
          />
        )}
      </BarList>
      <Truncated trace={trace} />
    </div>
  );
}

function toggled(closed: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(closed);
  if (!next.delete(id)) next.add(id);
  return next;
}

function Truncated({ trace: { spans, truncated } }: Pick<WaterfallChartProps, "trace">): ReactNode {
  if (!truncated) return null;
  return (
    <p className="small">
      It has more spans than these {spans.length}, the first ones; SQL over otel_spans has all.
    </p>
  );
}

function Services({ of: { services } }: { readonly of: Waterfall }): ReactNode {
  return (
    <p className="waterfall-services small">
      <span>
        <i style={{ background: "var(--line-strong)" }} />
        weir
      </span>
      {services.map((name) => (
        <span key={name}>
          <i style={{ background: colorOf(name, services) }} />
          {name}
        </span>
      ))}
    </p>
  );
}

function colorOf(service: string, services: readonly string[]): string {
  if (service === "weir") return "var(--line-strong)";
  return `var(--s${services.indexOf(service) % COLORS})`;
}

interface BarLineProps {
  readonly bar: PlacedBar;
  readonly of: Waterfall;
  readonly current: boolean;
  readonly closed: boolean;
  readonly onToggle: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

/** Scrolling draws those that come into sight, and none of the others again. */
const BarLine = memo(function BarLine(props: BarLineProps): ReactNode {
  const { bar, of, current, closed, onToggle, onOpen } = props;
  return (
    <li className={`line ${bar.kind} ${current ? "is-current" : ""}`}>
      <div className="line-name" style={{ paddingLeft: indentOf(bar) }}>
        {bar.children === 0 ? (
          <span className="line-fold" />
        ) : (
          <button
            type="button"
            className="line-fold"
            aria-expanded={!closed}
            aria-label={`${closed ? "Unfold" : "Fold"} ${bar.name}`}
            onClick={() => onToggle(bar.id)}
          >
            <Icon name="next" size={12} />
          </button>
        )}
        {bar.kind !== "attempt" && !current ? (
          <button
            type="button"
            className="line-open"
            onClick={() => onOpen(bar.id)}
            title={bar.name}
          >
            {bar.name}
          </button>
        ) : (
          <span className="line-words" title={bar.name}>
            {bar.name}
          </span>
        )}
      </div>
      <BarTrack bar={bar} of={of} />
    </li>
  );
});

/** Deeper ones would leave no room for a name. */
const MOST_INDENTS = 13;

function indentOf({ depth }: PlacedBar): string {
  return `${Math.min(depth, MOST_INDENTS) * 12}px`;
}

function BarTrack({ bar, of }: Pick<BarLineProps, "bar" | "of">): ReactNode {
  const percent = (ns: number): number => (ns / of.totalNs) * 100;
  const left = percent(bar.startNs);
  const width = percent(bar.durationNs);
  // Beside the bar where there is room, else at the track's end.
  const label =
    left + width > 78
      ? { right: `${Math.max(0, 100 - left) + 1}%` }
      : { left: `${left + width + 1}%` };
  const fits = left > 16 || left + width <= 78;
  return (
    <div className="line-track">
      <span
        className={bar.failed ? "line-bar failed" : "line-bar"}
        style={{
          left: `${left}%`,
          width: `${width}%`,
          background: colorOf(bar.service, of.services),
        }}
      >
        {bar.stages.map((stage) => (
          <StageSegment key={stage.name} stage={stage} wholeNs={bar.durationNs} />
        ))}
      </span>
      <span className={fits ? "line-label" : "line-label inside"} style={fits ? label : undefined}>
        <BarWords bar={bar} />
      </span>
      {bar.dots.map((dot) => (
        <LineDot key={dot.line.id} dot={dot} at={percent(dot.atNs)} />
      ))}
    </div>
  );
}

function BarWords({ bar }: Pick<BarLineProps, "bar">): ReactNode {
  const { durationNs, note, failed, skewNs } = bar;
  return (
    <>
      <Amount of={duration(durationNs)} />
      {note === "" ? null : <span className={failed ? "is-error" : "muted"}> {note}</span>}
      {skewNs === 0 ? null : (
        <span className="muted" title="Its clock is behind: it is shown as much later as it said">
          {" "}
          clock +{text(duration(skewNs))}
        </span>
      )}
    </>
  );
}

/** Outside the trace's time only where a clock is wrong: then at its end. */
function LineDot({ dot: { line }, at }: { readonly dot: Dot; readonly at: number }): ReactNode {
  const { params } = usePlace();
  return (
    <a
      className={`line-dot mark-${severityTone(line.severity)}`}
      style={{ left: `${Math.min(100, Math.max(0, at))}%` }}
      href={hrefOf("logs", changed(params, { line: line.id, open: null }))}
      title={`${line.severity}: ${line.text}`}
      aria-label={`Log line: ${line.text}`}
      tabIndex={-1}
    />
  );
}

function StageSegment({
  stage,
  wholeNs,
}: {
  readonly stage: Stage;
  readonly wholeNs: number;
}): ReactNode {
  return (
    <span
      className="line-stage"
      title={`${stage.name} ${text(duration(stage.durationNs))}`}
      style={{
        left: `${(stage.startNs / wholeNs) * 100}%`,
        width: `${(stage.durationNs / wholeNs) * 100}%`,
        background: `var(${STAGE_COLORS[stage.name]})`,
      }}
    />
  );
}
