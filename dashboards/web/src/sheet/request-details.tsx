// The sections of the sheet, in the order somebody on call asks: where, why slow, who, which way.
import type { ReactNode } from "react";
import { CopyButton } from "../parts/copy-button.tsx";
import type { RequestRow, Trace } from "../request-row.ts";
import { Attempts } from "./attempts.tsx";
import { Candidates } from "./candidates.tsx";
import { Decision } from "./decision.tsx";
import { Fields } from "./fields.tsx";
import { StageList } from "./stage-list.tsx";
import { stagesOf } from "./stages.ts";
import { TraceSection } from "./trace-section.tsx";

interface RequestDetailsProps {
  readonly trace: Trace;
  readonly row: RequestRow;
  /** What of the trace is looked at: the row's own, or a service's span. */
  readonly spanId: string;
}

export function RequestDetails({ trace, row, spanId }: RequestDetailsProps): ReactNode {
  return (
    <div className="sheet-body">
      <TraceSection trace={trace} spanId={spanId} />
      {stagesOf(row).length === 0 ? null : (
        <section>
          <h3>Where the time went</h3>
          <StageList row={row} />
        </section>
      )}
      <section>
        <h3>Decision</h3>
        <Decision row={row} />
      </section>
      <section>
        <h3>Candidates {row.picker === "" ? null : <span className="tag">{row.picker}</span>}</h3>
        <Candidates row={row} />
      </section>
      {row.attempt_span_id.length === 0 ? null : (
        <section>
          <h3>{row.attempt_span_id.length === 1 ? "Attempt" : "Attempts"}</h3>
          <Attempts row={row} />
        </section>
      )}
      <section>
        <details className="fields">
          <summary>
            <h3>All fields</h3>
          </summary>
          <CopyButton label="JSON" words={() => JSON.stringify(row, null, 2)} />
          <Fields row={row} />
        </details>
      </section>
    </div>
  );
}
