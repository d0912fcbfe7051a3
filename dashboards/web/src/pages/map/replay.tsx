// The range again in steps: a slider through it, or one step after the other by itself.
import { type ReactNode, useEffect, useState } from "react";
import { changeQuietly, type Place } from "../../state/place.ts";
import { intervalOf, iso, rangeOf } from "../../state/range.ts";
import { clock, instant } from "../../words/time.ts";
import { stepLength, stepOf, STEPS } from "./use-map.ts";

/** Long enough to see what changed. */
const PAUSE_MS = 900;

interface ReplayProps {
  readonly place: Place;
  /** The step that is asked for is there. */
  readonly isReady: boolean;
}

export function Replay({ place, isReady }: ReplayProps): ReactNode {
  const [isPlaying, setPlaying] = useState(false);
  const { fromMs } = intervalOf(rangeOf(place.params), Date.now());
  const lengthMs = stepLength(place);
  const atMs = stepOf(place);
  const step = atMs === null ? STEPS : Math.round((atMs - fromMs) / lengthMs);
  const words = atMs === null ? "whole range" : stepWords(atMs, lengthMs);
  useEffect(() => {
    if (!isPlaying || !isReady) return undefined;
    const timer = setTimeout(() => {
      show(place, step >= STEPS ? 0 : step + 1);
      if (step === STEPS - 1) setPlaying(false);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, isReady, step, place]);
  return (
    <div className="replay">
      <button type="button" className="button" onClick={() => setPlaying(!isPlaying)}>
        {isPlaying ? "Stop" : "Replay"}
      </button>
      <input
        type="range"
        min={0}
        max={STEPS}
        value={step}
        aria-label="Time to show"
        aria-valuetext={words}
        onChange={({ target }) => show(place, Number(target.value))}
      />
      <span className="replay-words">{words}</span>
    </div>
  );
}

/** The range stays where it is meanwhile: else each step would be another time. */
function show(place: Place, step: number): void {
  if (step >= STEPS) return changeQuietly({ at: null });
  const { fromMs, toMs } = intervalOf(rangeOf(place.params), Date.now());
  const at = iso(fromMs + step * stepLength(place));
  changeQuietly({ since: iso(fromMs), until: iso(toMs), at });
  return undefined;
}

function stepWords(atMs: number, lengthMs: number): string {
  if (lengthMs < 3_600_000) return `${clock(atMs)} to ${clock(atMs + lengthMs)}`;
  const nowMs = Date.now();
  return `${instant(atMs, nowMs)} to ${instant(atMs + lengthMs, nowMs)}`;
}
