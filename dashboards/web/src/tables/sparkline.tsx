// A row's course over the window as small bars: when, not how much.
import type { ReactNode } from "react";

interface SparklineProps {
  /** Of equal parts of the window, one after the other; 64-bit ones come as texts. */
  readonly counts: readonly (number | string)[];
  readonly tone?: "rate" | "error";
}

export function Sparkline({ counts: told, tone = "rate" }: SparklineProps): ReactNode {
  const counts = told.map(Number);
  const most = Math.max(...counts, 1);
  return (
    <svg
      className={`sparkline ${tone}`}
      viewBox={`0 0 ${counts.length} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`at most ${most} in one of ${counts.length} parts of the range`}
    >
      <path d={`M0 1h${counts.length}`} className="sparkline-ground" />
      {counts.map((count, at) => {
        // One of thousands must still be seen.
        const height = count === 0 ? 0 : Math.max(0.12, count / most);
        return <rect key={at} x={at} y={1 - height} width={0.8} height={height} />;
      })}
    </svg>
  );
}
