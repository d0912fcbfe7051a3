// The stages of one request with their durations, as one bar and in figures.
import type { ReactNode } from "react";
import { Amount } from "../parts/amount.tsx";
import type { RequestRow } from "../request-row.ts";
import { duration, share } from "../../../../src/core/quantity.ts";
import { STAGE_COLORS, STAGE_HINTS, stagesOf } from "./stages.ts";

export function StageList({ row }: { readonly row: RequestRow }): ReactNode {
  const stages = stagesOf(row);
  return (
    <>
      <div className="stage-bar" aria-hidden="true">
        {stages.map(({ name, durationNs }) => (
          <span
            key={name}
            style={{ flexGrow: durationNs, background: `var(${STAGE_COLORS[name]})` }}
          />
        ))}
      </div>
      <dl className="stages">
        {stages.map(({ name, durationNs }) => (
          <div key={name} title={STAGE_HINTS[name]}>
            <dt>
              <i style={{ background: `var(${STAGE_COLORS[name]})` }} />
              {name}
            </dt>
            <dd>
              <Amount of={duration(durationNs)} />
            </dd>
            <dd className="muted">
              <Amount of={share(durationNs, row.duration_ns)} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
