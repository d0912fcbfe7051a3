// Which rollup or breakdown a window is read from, and how a panel's macros name it.

interface Rollup {
  readonly name: string;
  readonly grainSeconds: number;
  /** Longest window it is read for, seconds. */
  readonly longest: number;
}

const ROLLUPS: readonly Rollup[] = [
  { name: "10s", grainSeconds: 10, longest: 3 * 3600 },
  { name: "1m", grainSeconds: 60, longest: 6 * 3600 },
  { name: "5m", grainSeconds: 300, longest: 2 * 86_400 },
  { name: "1h", grainSeconds: 3600, longest: 8 * 86_400 },
];
const COARSEST: Rollup = { name: "6h", grainSeconds: 6 * 3600, longest: Infinity };

/** Of breakdowns (addresses, callers, paths, rules, troubles, workers); shorter windows are read from the rows themselves. */
const BREAKDOWNS: readonly Rollup[] = [{ name: "10m", grainSeconds: 600, longest: 8 * 86_400 }];
const COARSEST_BREAKDOWN: Rollup = { name: "6h", grainSeconds: 6 * 3600, longest: Infinity };
const LONGEST_OF_ROWS_S = 3 * 3600;

/** About this many points a line. */
const POINTS = 120;

export interface Grains {
  readonly rollup: Rollup;
  readonly stepSeconds: number;
}

/**
 * The finest rollup a window can afford, and a step of whole grains that gives about 120 points. `leastGrainSeconds`:
 * finer ones are no longer kept of that time.
 */
export function rollupFor(windowMs: number, leastGrainSeconds = 0): Grains {
  const seconds = windowMs / 1000;
  const rollup =
    ROLLUPS.find((each) => {
      return seconds <= each.longest && each.grainSeconds >= leastGrainSeconds;
    }) ?? COARSEST;
  return { rollup, stepSeconds: stepOf(seconds, rollup) };
}

/** The breakdown that a window is read from; null: rows are few enough. */
export function breakdownFor(windowMs: number): Grains | null {
  const seconds = windowMs / 1000;
  if (seconds <= LONGEST_OF_ROWS_S) return null;
  const rollup = BREAKDOWNS.find(({ longest }) => seconds <= longest) ?? COARSEST_BREAKDOWN;
  return { rollup, stepSeconds: stepOf(seconds, rollup) };
}

function stepOf(seconds: number, { grainSeconds }: Rollup): number {
  return Math.max(1, Math.ceil(seconds / POINTS / grainSeconds)) * grainSeconds;
}

const FIRST_SIX_HOURS = `(
    SELECT min(time) FROM requests_6h
    WHERE time >= {since:DateTime64(3, 'UTC')} - toIntervalHour(7) AND time < {until:DateTime64(3, 'UTC')}
)`;
/**
 * Seconds that a rate is over: the window's, or, where nothing is older than its first request, those since that
 * one: a weir that is a minute old did not idle for the hour before. Looked for in the first six hours that have any.
 * On one line, so that lines stay the file's.
 */
const OBSERVED_S = `greatest(dateDiff('second', assumeNotNull((
        SELECT if(count() = 0 OR (
            SELECT count() FROM (SELECT 1 FROM requests_1h WHERE time < {since:DateTime64(3, 'UTC')} - toIntervalHour(1) LIMIT 1)
        ) > 0, {since:DateTime64(3, 'UTC')}, greatest(min(time), {since:DateTime64(3, 'UTC')}))
        FROM requests_{{rollup}}
        WHERE time >= {since:DateTime64(3, 'UTC')} - toIntervalHour(1) AND time < {until:DateTime64(3, 'UTC')}
            AND time >= ${FIRST_SIX_HOURS} AND time < ${FIRST_SIX_HOURS} + toIntervalHour(6)
    )), {until:DateTime64(3, 'UTC')}), 1)`.replaceAll(/\s+/g, " ");

/** A start told to six hours would be too far off. */
const finest = ({ name }: Rollup): string => (name === COARSEST.name ? "1h" : name);

/** By name, as they stand in a query between double braces. */
const MACROS: Readonly<Record<string, (rollup: Rollup) => string>> = {
  rollup: ({ name }) => name,
  grain_s: ({ grainSeconds }) => String(grainSeconds),
  observed_s: (rollup) => OBSERVED_S.replaceAll("{{rollup}}", finest(rollup)),
};

export const MACRO_NAMES: readonly string[] = Object.keys(MACROS);

/** A panel's SQL over this rollup; `{name:Type}` is still in it. */
export function expandPanel(sql: string, rollup: Rollup): string {
  return sql.replaceAll(/\{\{(?<name>\w+)\}\}/g, (whole, name: string) => {
    return MACROS[name]?.(rollup) ?? whole;
  });
}
