// Follows request rows as they end, and opens the stream again whenever it breaks.
import { ApiError, readEvents, type ServerEvent } from "../client.ts";
import { readRequestRow, type RequestRow } from "../request-row.ts";

export interface RowListener {
  readonly onRow: (row: RequestRow) => void;
  /** Rows that were not sent: more came than the server tells. */
  readonly onSkipped: (rows: number) => void;
  /** Why nothing comes; null: the stream is open. */
  readonly onFault: (fault: Error | null) => void;
}

const RETRY_MS = 3000;

/** Until aborted; `path` is that of the API's stream. */
export async function followRows(
  path: string,
  signal: AbortSignal,
  listener: RowListener,
): Promise<void> {
  const handlers = {
    onOpen: () => listener.onFault(null),
    onEvent: (event: ServerEvent) => tell(event, listener),
  };
  while (!signal.aborted) {
    const fault = await readEvents(path, signal, handlers).then(
      () => new ApiError(0, "The stream ended."),
      (error: unknown) => error as Error,
    );
    if (signal.aborted) return;
    listener.onFault(fault);
    await elapsed(RETRY_MS, signal);
  }
}

function tell({ type, data }: ServerEvent, { onRow, onSkipped }: RowListener): void {
  if (type === "request") onRow(readRequestRow(JSON.parse(data) as RequestRow));
  else if (type === "skipped") onSkipped((JSON.parse(data) as { rows: number }).rows);
}

/** After so long, or when aborted; leaves no timer behind. */
function elapsed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
