// The time range: relative ("1h", goes along with the clock) or from one instant to another.

export const RANGES = ["15m", "1h", "6h", "24h", "7d"] as const;
const DEFAULT_RANGE = "15m";
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export interface TimeRange {
  /** As the API takes it: "15m" or an ISO time. */
  readonly since: string;
  /** ISO time; null: now. */
  readonly until: string | null;
}

export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

export function rangeOf(params: URLSearchParams): TimeRange {
  const since = params.get("since") ?? DEFAULT_RANGE;
  const valid = durationMs(since) !== null || !Number.isNaN(Date.parse(since));
  return valid ? { since, until: params.get("until") } : { since: DEFAULT_RANGE, until: null };
}

/** Milliseconds of "15m"; null where it is not of that shape. */
function durationMs(text: string): number | null {
  const match = /^(\d{1,5})([smhd])$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ""];
  return unit === undefined ? null : Number(match?.[1]) * unit;
}

export function intervalOf(range: TimeRange, nowMs: number): Interval {
  const toMs = range.until === null ? nowMs : Date.parse(range.until);
  const relative = durationMs(range.since);
  return { fromMs: relative === null ? Date.parse(range.since) : toMs - relative, toMs };
}

/** The interval of the same length just before. */
export function previousRange(range: TimeRange, nowMs: number): TimeRange {
  const { fromMs, toMs } = intervalOf(range, nowMs);
  return { since: iso(fromMs - (toMs - fromMs)), until: iso(fromMs) };
}

/** How often figures over this range are asked for again, in milliseconds; null: they are past. */
export function refreshOf(range: TimeRange): number | null {
  if (range.until !== null) return null;
  const length = durationMs(range.since) ?? 0;
  if (length <= 3_600_000) return 5000;
  return length <= 21_600_000 ? 15_000 : 60_000;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
