// Cuts a time window into slices of about as many rows as one answer can hold; pure.

/** Rows that began in one span of time. */
export interface Bucket {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly rows: number;
}

/** Since is inside, until is not. */
export interface Slice {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface Slicer {
  /** From where the last taken slice ended, with about so many rows; null at the window's end. */
  readonly next: (rows: number) => Slice | null;
  /** Whether no wish, however small, gets a smaller one: it ends a millisecond after its first rows may begin. */
  readonly isLeast: (slice: Slice) => boolean;
  readonly take: (slice: Slice) => void;
}

/** Buckets are in order of time, each `bucketMs` long; times have whole milliseconds, so a slice has one at least. */
export function createSlicer(
  buckets: readonly Bucket[],
  bucketMs: number,
  { sinceMs, untilMs }: Slice,
): Slicer {
  let fromMs = sinceMs;
  let at = 0;
  const next = (rows: number): Slice | null => {
    if (at >= buckets.length || fromMs >= untilMs) return null;
    let left = rows;
    let endMs = fromMs;
    for (let bucket = at; bucket < buckets.length && left > 0; bucket++) {
      const { startMs, rows: all } = buckets[bucket] ?? { startMs: 0, rows: 0 };
      const closeMs = Math.min(startMs + bucketMs, untilMs);
      const openMs = Math.max(startMs, fromMs);
      // As if its rows were spread evenly over the part of it that is in the window.
      const perMs = all / Math.max(1, closeMs - Math.max(startMs, sinceMs));
      const takenMs = Math.min(closeMs - openMs, Math.max(1, Math.floor(left / perMs)));
      endMs = openMs + takenMs;
      left -= takenMs * perMs;
      if (endMs < closeMs) break;
    }
    return { sinceMs: fromMs, untilMs: Math.min(endMs, untilMs) };
  };
  const take = (slice: Slice): void => {
    fromMs = slice.untilMs;
    while (at < buckets.length && (buckets[at]?.startMs ?? 0) + bucketMs <= fromMs) at++;
  };
  const isLeast = ({ untilMs: endMs }: Slice): boolean => endMs === next(Number.MIN_VALUE)?.untilMs;
  return { next, isLeast, take };
}
