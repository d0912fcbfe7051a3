// Bars inside table cells: one value against the biggest, and p50 to p99 on one scale.
import type { ReactNode } from "react";
import type { Percentiles } from "../api.ts";
import { duration, text } from "../../../../src/core/quantity.ts";

interface BarProps {
  readonly value: number;
  readonly max: number;
  readonly tone?: "rate" | "latency" | "error" | "accent";
  readonly children?: ReactNode;
}

/** The figure with a bar under it. */
export function Bar({ value, max, tone = "rate", children }: BarProps): ReactNode {
  const width = max > 0 ? Math.min(100, (value / max) * 100) : 0;
  return (
    <span className="barred">
      {children}
      <span className="bar-track" aria-hidden="true">
        <span className={`bar-fill ${tone}`} style={{ width: `${width}%` }} />
      </span>
    </span>
  );
}

interface SpreadProps {
  readonly of: Percentiles;
  readonly maxNs: number;
}

/** p50, p95 and p99 as marks on a log scale from 100 us to the biggest p99 of the table. */
export function Spread({ of: { p50_ns, p95_ns, p99_ns }, maxNs }: SpreadProps): ReactNode {
  if (p50_ns === null || p95_ns === null || p99_ns === null)
    return <span className="faint">–</span>;
  const at = (ns: number): number => spreadPosition(ns, maxNs);
  const words = [p50_ns, p95_ns, p99_ns].map((ns) => text(duration(ns))).join(", ");
  return (
    <span className="spread" role="img" aria-label={`p50, p95, p99: ${words}`}>
      <span
        className="spread-line"
        style={{ left: `${at(p50_ns)}%`, width: `${at(p99_ns) - at(p50_ns)}%` }}
      />
      <span className="spread-mark p50" style={{ left: `${at(p50_ns)}%` }} />
      <span className="spread-mark p95" style={{ left: `${at(p95_ns)}%` }} />
      <span className="spread-mark p99" style={{ left: `${at(p99_ns)}%` }} />
    </span>
  );
}

function spreadPosition(ns: number, maxNs: number): number {
  const floor = Math.log10(1e5);
  const top = Math.log10(Math.max(maxNs, 1e6));
  return Math.min(100, Math.max(0, ((Math.log10(Math.max(ns, 1)) - floor) / (top - floor)) * 100));
}
