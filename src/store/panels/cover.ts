// Which sums a window is read from: the coarsest that are whole within it, finer ones at its ends.
import { type Closings, floorTo, SUM_GRAINS_S } from "../closings.ts";

/** Seconds since the epoch, whole grains; from is inside, to is not. */
export interface Stretch {
  readonly grain: number;
  readonly fromS: number;
  readonly toS: number;
}

export interface CoverLimits {
  readonly closings: Closings;
  /** No coarser sums, seconds: a point of a line is not made of parts of one. */
  readonly coarsest: number;
}

/**
 * Without gap and overlap. A window begins and ends with whole ten minutes, one whose start is so long ago that finer sums may
 * be gone with six hours.
 */
export function coverOf(window: Omit<Stretch, "grain">, limits: CoverLimits): Stretch[] {
  const [finest] = SUM_GRAINS_S;
  const isLong = window.toS - window.fromS > KEPT_FINE_S;
  const fromS = Math.max(0, floorTo(window.fromS, isLong ? LONG_START_S : finest));
  const toS = Math.min(Math.ceil(window.toS / finest) * finest, floorTo(LAST_S, finest));
  return covered({ fromS, toS }, SUM_GRAINS_S.toReversed(), limits);
}

/** Of ClickHouse's DateTime. */
const LAST_S = 2 ** 32 - 1;
const KEPT_FINE_S = 8 * 86_400;
const LONG_START_S = 21_600;

function covered(
  window: Omit<Stretch, "grain">,
  [grain, ...finer]: readonly number[],
  limits: CoverLimits,
): Stretch[] {
  const { fromS, toS } = window;
  if (fromS >= toS || grain === undefined) return [];
  if (finer.length === 0) return [{ grain, fromS, toS }];
  const wholeS = grain <= limits.coarsest ? (limits.closings.get(grain) ?? 0) : 0;
  const first = Math.ceil(fromS / grain) * grain;
  const end = floorTo(Math.min(toS, wholeS), grain);
  if (first >= end) return covered(window, finer, limits);
  return [
    ...covered({ fromS, toS: first }, finer, limits),
    { grain, fromS: first, toS: end },
    ...covered({ fromS: end, toS }, finer, limits),
  ];
}

/** The condition on rows of a table of sums that goes by `name` in the query. */
export function withinCover(name: string, stretches: readonly Stretch[]): string {
  const each = stretches.map(({ grain, fromS, toS }) => {
    const time = `${name}.time >= toDateTime(${fromS}, 'UTC') AND ${name}.time < toDateTime(${toS}, 'UTC')`;
    return `(${name}.grain_s = ${grain} AND ${time})`;
  });
  return each.length === 0 ? "false" : `(${each.join(" OR ")})`;
}
