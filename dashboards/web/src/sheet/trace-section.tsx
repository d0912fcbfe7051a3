// The trace in the sheet: its waterfall, the span that is looked at, and what was logged.
import { type ReactNode, useMemo } from "react";
import type { Trace } from "../request-row.ts";
import { SpanDetails } from "./span-details.tsx";
import { TraceLines } from "./trace-lines.tsx";
import { WaterfallChart } from "./waterfall.tsx";
import { waterfallOf } from "./waterfall-model.ts";

interface TraceSectionProps {
  readonly trace: Trace;
  /** The request or the service's span that is looked at. */
  readonly spanId: string;
}

export function TraceSection({ trace, spanId }: TraceSectionProps): ReactNode {
  const waterfall = useMemo(() => waterfallOf(trace), [trace]);
  const span = trace.spans.find((each) => each.span_id === spanId);
  const skewNs = waterfall.bars.find(({ id }) => id === spanId)?.skewNs ?? 0;
  return (
    <>
      {waterfall.bars.length === 0 ? null : (
        <section>
          <h3>Trace</h3>
          <WaterfallChart trace={trace} waterfall={waterfall} spanId={spanId} />
        </section>
      )}
      {span === undefined ? null : <SpanDetails span={span} skewNs={skewNs} />}
      <TraceLines trace={trace} spanId={spanId} />
    </>
  );
}
