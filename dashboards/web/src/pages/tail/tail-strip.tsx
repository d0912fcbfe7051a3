// The last minute of the tail, a bar a second: fine, refused, failed, and what was not sent here.
import type { ReactNode } from "react";
import { rate, text } from "../../../../../src/core/quantity.ts";
import { type SecondCount, STRIP_SECONDS, totalOf } from "./tail-state.ts";

const PARTS = ["fine", "unseen", "refused", "failed"] as const;
const HEIGHT = 40;

interface TailStripProps {
  readonly seconds: readonly SecondCount[];
  readonly nowMs: number;
}

export function TailStrip({ seconds, nowMs }: TailStripProps): ReactNode {
  const endS = Math.floor(nowMs / 1000);
  const shown = seconds.filter(({ atS }) => atS > endS - STRIP_SECONDS);
  const peak = Math.max(1, ...shown.map(totalOf));
  return (
    <figure className="tail-strip">
      <svg
        viewBox={`0 0 ${STRIP_SECONDS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Requests by the second over the last minute, ${text(rate(peak, 1))} at most`}
      >
        {shown.map((second) => (
          <SecondBar key={second.atS} second={second} endS={endS} scale={HEIGHT / peak} />
        ))}
      </svg>
      <figcaption>
        <span>60 s ago</span>
        <span>peak {text(rate(peak, 1))}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

interface SecondBarProps {
  readonly second: SecondCount;
  readonly endS: number;
  /** Units of height for one request. */
  readonly scale: number;
}

function SecondBar({ second, endS, scale }: SecondBarProps): ReactNode {
  const x = STRIP_SECONDS - 1 - (endS - second.atS) + 0.1;
  let top = HEIGHT;
  return PARTS.map((part) => {
    const height = second[part] * scale;
    top -= height;
    if (height === 0) return null;
    return <rect key={part} className={part} x={x} y={top} width={0.8} height={height} />;
  });
}
