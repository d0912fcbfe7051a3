// What the clocks of a zone of the IANA database show, as the instant it was.

/** Milliseconds since the epoch of a wall clock's time, which is given as if it were UTC. */
export type ZoneClock = (wallMs: number) => number;

export const UTC: ZoneClock = (wallMs) => wallMs;

export function isTimeZone(name: string): boolean {
  // Offsets, such as +02:00, are none: they know no summer.
  if (!/^[A-Z]/i.test(name)) return false;
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * An hour that clocks show twice is the first of both; one that they leave out is as if they had not yet been put
 * forward. Offsets are kept for a quarter of an hour, since that is the finest step in which zones change.
 */
export function createZoneClock(name: string): ZoneClock {
  if (name === "UTC") return UTC;
  const format = new Intl.DateTimeFormat("en", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const offsetMs = remembered((atMs) => {
    const parts = format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]);
    const at = Object.fromEntries(parts) as Record<string, number>;
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at;
    return Date.UTC(year, month - 1, day, hour, minute, second) - atMs;
  });
  return (wallMs) => {
    const before = wallMs - offsetMs(wallMs - DAY_MS);
    const after = wallMs - offsetMs(wallMs + DAY_MS);
    // On most days both are the same.
    return before + offsetMs(before) === wallMs || after + offsetMs(after) !== wallMs
      ? before
      : after;
  };
}

const DAY_MS = 86_400_000;
const STEP_MS = 900_000;
const MOST_KEPT = 512;

function remembered(offsetAt: (ms: number) => number): (ms: number) => number {
  const known = new Map<number, number>();
  return (ms) => {
    const stepMs = Math.floor(ms / STEP_MS) * STEP_MS;
    const found = known.get(stepMs);
    if (found !== undefined) return found;
    if (known.size >= MOST_KEPT) known.clear();
    const offset = offsetAt(stepMs);
    known.set(stepMs, offset);
    return offset;
  };
}
