// An HTTP status, loud only where something went wrong.
import type { ReactNode } from "react";

export function StatusMark({ status }: { readonly status: number }): ReactNode {
  return <span className={`status-mark ${toneOf(status)}`}>{status === 0 ? "–" : status}</span>;
}

/** Denials and upstream failures are errors; other 4xx are the client's own affair. */
function toneOf(status: number): string {
  if (status >= 500) return "bad";
  if (status === 401 || status === 403 || status === 429) return "refused";
  return status >= 400 ? "client" : "fine";
}
