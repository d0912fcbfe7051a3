// One request in a sheet over the page: its trace, its decision, its candidates, all its fields.
import { type ReactNode, useCallback } from "react";
import { Icon } from "../parts/icon.tsx";
import { Nothing } from "../parts/panel.tsx";
import type { RequestRow, Trace } from "../request-row.ts";
import { isTyping, useKeys } from "../state/keys.ts";
import { change } from "../state/place.ts";
import { readTrace } from "../state/readers.ts";
import { type Loaded, useApi } from "../state/use-api.ts";
import { timeMs } from "../words/time.ts";
import { RequestDetails } from "./request-details.tsx";
import { TraceSection } from "./trace-section.tsx";
import { SheetHead } from "./sheet-head.tsx";

/** Spans of other services come later than weir's row, and the row of a live request comes later than its word. */
const AGAIN = { everyMs: 10_000, retryMs: 1000, always: true, isWhole } as const;
/** Then all that was sent is stored; a trace of thousands of spans is not read for nothing. */
const WHOLE_AFTER_MS = 120_000;

function isWhole({ requests, spans }: Trace): boolean {
  const sinceMs = Date.now() - WHOLE_AFTER_MS;
  return [...requests, ...spans].every(({ started_at, duration_ns }) => {
    return timeMs(started_at) + duration_ns / 1e6 < sinceMs;
  });
}

interface RequestSheetProps {
  /** "trace" or "trace.span", as in the URL. */
  readonly open: string;
}

export function RequestSheet({ open }: RequestSheetProps): ReactNode {
  const [traceId = "", spanId = ""] = open.split(".", 2);
  const trace = useApi(`api/v1/traces/${encodeURIComponent(traceId)}`, readTrace, AGAIN);
  useKeys(
    useCallback((event: KeyboardEvent) => {
      const inDialog = document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !isTyping(event) && !inDialog) close();
    }, []),
  );
  // Of another trace, while the new one is on its way: better nothing than the wrong one.
  const current = trace.data?.trace_id === traceId ? trace.data : null;
  const row = current === null ? undefined : rowOf(current, spanId);
  return (
    <aside className="sheet" role="dialog" aria-label="Request">
      {current !== null && row !== undefined ? (
        <>
          <SheetHead row={row} onClose={close} />
          <RequestDetails trace={current} row={row} spanId={lookedAt(current, row, spanId)} />
        </>
      ) : (
        <NoRequest from={trace} trace={current} traceId={traceId} spanId={spanId} />
      )}
    </aside>
  );
}

function close(): void {
  change({ open: null });
}

/** A service's span, where one was asked for. */
function lookedAt({ spans }: Trace, row: RequestRow, spanId: string): string {
  return spans.some(({ span_id }) => span_id === spanId) ? spanId : row.span_id;
}

/** The one asked for, else the one that began it all. */
function rowOf({ requests }: Trace, spanId: string): RequestRow | undefined {
  const first = requests.toSorted((a, b) => (a.started_at < b.started_at ? -1 : 1))[0];
  return requests.find(({ span_id }) => span_id === spanId) ?? first;
}

interface NoRequestProps {
  readonly from: Loaded<Trace>;
  /** null: not there yet. */
  readonly trace: Trace | null;
  readonly traceId: string;
  readonly spanId: string;
}

function NoRequest({ from, trace, traceId, spanId }: NoRequestProps): ReactNode {
  return (
    <>
      <header className="sheet-head">
        <h2 className="mono">{traceId}</h2>
        <button type="button" className="button quiet" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {trace === null ? (
        <Nothing from={from} what="this trace" />
      ) : (
        <div className="sheet-body">
          <p className="small">
            No request of this trace went through weir, or its row is past retention.
          </p>
          <TraceSection trace={trace} spanId={spanId} />
        </div>
      )}
    </>
  );
}
