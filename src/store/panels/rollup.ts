// Which rollup a window is read from, how far apart a line's points are, and how a panel's macros say it.

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

/** How coarse a point of a line over sums is at least, by the longest window, seconds; shorter windows are read from the rows. */
const STEPS_OF_SUMS: readonly (readonly [longest: number, unitSeconds: number])[] = [
  [2 * 86_400, 600],
  [15 * 86_400, 3600],
  [60 * 86_400, 21_600],
  [Infinity, 86_400],
];
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
  return { rollup, stepSeconds: stepOf(seconds, rollup.grainSeconds) };
}

/** Of a panel that is answered from sums; null: rows are few enough. */
export function stepOfSums(windowMs: number): number | null {
  const seconds = windowMs / 1000;
  if (seconds <= LONGEST_OF_ROWS_S) return null;
  const [, unit = 600] = STEPS_OF_SUMS.find(([longest]) => seconds <= longest) ?? [];
  return stepOf(seconds, unit);
}

function stepOf(seconds: number, unitSeconds: number): number {
  return Math.max(1, Math.ceil(seconds / POINTS / unitSeconds)) * unitSeconds;
}

/** Of what is kept: rows that are gone left a sum of their hour. Known without reading, by what parts hold. */
const FIRST_AT = `(
    SELECT if(first_hour + 3600 > first_row OR first_row = 0, first_row, first_hour) FROM
    (SELECT toUnixTimestamp(min(started_at)) AS first_row FROM requests) AS rows,
    (SELECT toUnixTimestamp(min(time)) AS first_hour FROM rollups) AS hours
)`;
/**
 * Seconds that a rate is over: the window's, or, where the first request came in it, those since that one: a weir that is
 * a minute old did not idle for the hour before. On one line, so that lines stay the file's.
 */
const OBSERVED_S = `greatest(toUnixTimestamp({until:DateTime64(3, 'UTC')}) -
    greatest(toUnixTimestamp({since:DateTime64(3, 'UTC')}), assumeNotNull(${FIRST_AT})), 1)`.replaceAll(
  /\s+/g,
  " ",
);

/** Conditions on rows of tables of sums. */
export interface SumConditions {
  /** Those of the window, of a table that goes by `bucket`. */
  readonly inWindow: string;
  /** Those of the days before it, of one that goes by `past`. */
  readonly beforeWindow: string;
  /** Those of as long a time before it as it is itself, of one that goes by `past`. */
  readonly inPast: string;
}

const WHOLE_DAYS = "(SELECT max(until) FROM sum_closings WHERE grain_s = 86400)";
const LAST_DAY = `least(toStartOfDay({since:DateTime64(3, 'UTC')}), ${WHOLE_DAYS})`;

/** In one statement that holds for any time, as Grafana wants it: less is read from coarser sums. */
const TIMELESS: SumConditions = {
  inWindow:
    "(bucket.grain_s = 600 AND bucket.time >= toStartOfTenMinutes({since:DateTime64(3, 'UTC')}) AND bucket.time < {until:DateTime64(3, 'UTC')})",
  beforeWindow:
    "(past.grain_s = 86400 AND past.time >= {since:DateTime64(3, 'UTC')} - toIntervalDay({days:UInt32}) " +
    `AND past.time < ${LAST_DAY} OR past.grain_s = 600 AND past.time >= ${LAST_DAY} ` +
    "AND past.time < toStartOfTenMinutes({since:DateTime64(3, 'UTC')}))",
  inPast:
    "(past.grain_s = 600 AND past.time < toStartOfTenMinutes({since:DateTime64(3, 'UTC')}) AND past.time >= toStartOfTenMinutes(" +
    "{since:DateTime64(3, 'UTC')} - toIntervalSecond(dateDiff('second', {since:DateTime64(3, 'UTC')}, {until:DateTime64(3, 'UTC')}))))",
};

type Macro = (rollup: Rollup, conditions: SumConditions) => string;

/** By name, as they stand in a query between double braces. */
const MACROS: Readonly<Record<string, Macro>> = {
  rollup: ({ name }) => name,
  grain_s: ({ grainSeconds }) => String(grainSeconds),
  observed_s: () => OBSERVED_S,
  in_window: (_, { inWindow }) => inWindow,
  before_window: (_, { beforeWindow }) => beforeWindow,
  in_past: (_, { inPast }) => inPast,
};

export const MACRO_NAMES: readonly string[] = Object.keys(MACROS);

/** Whether a query reads sums of which it matters what is whole. */
export function readsSums(sql: string): boolean {
  return /\{\{(?:in_window|before_window|in_past)\}\}/.test(sql);
}

/** A panel's SQL over this rollup; `{name:Type}` is still in it. */
export function expandPanel(sql: string, rollup: Rollup, conditions = TIMELESS): string {
  return sql.replaceAll(/\{\{(?<name>\w+)\}\}/g, (whole, name: string) => {
    return MACROS[name]?.(rollup, conditions) ?? whole;
  });
}
