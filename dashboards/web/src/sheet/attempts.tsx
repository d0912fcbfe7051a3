// Each try at an endpoint: when, how long, and how it ended.
import type { ReactNode } from "react";
import { Amount } from "../parts/amount.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import type { RequestRow } from "../request-row.ts";
import { duration } from "../../../../src/core/quantity.ts";

export function Attempts({ row }: { readonly row: RequestRow }): ReactNode {
  return (
    <ol className="attempts">
      {row.attempt_span_id.map((spanId, index) => (
        <li key={spanId}>
          <StatusMark status={row.attempt_status[index] ?? 0} />
          <span className="mono">
            {(row.attempt_upstream[index] ?? "").replace(/^https?:\/\//, "")}
          </span>
          <span className="is-error">{row.attempt_error[index]}</span>
          <span className="muted attempt-start">
            after <Amount of={duration(row.attempt_started_ns[index] ?? 0)} />
          </span>
          <Amount of={duration(row.attempt_duration_ns[index] ?? 0)} />
        </li>
      ))}
    </ol>
  );
}
