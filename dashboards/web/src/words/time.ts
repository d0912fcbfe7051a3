// Instants and ages as people read them: local time, 24 hours.

/** Milliseconds since the epoch of an ISO time or ClickHouse's "2026-11-21 21:00:00.123" (UTC). */
export function timeMs(text: string): number {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  return Date.parse(zoned.replace(" ", "T"));
}

/** An instant as both of its parts: no number holds nanoseconds since the epoch. */
export interface FineTime {
  readonly ms: number;
  /** After that millisecond. */
  readonly ns: number;
}

export function fineTime(text: string): FineTime {
  return { ms: timeMs(text), ns: subMillisecondNs(text) };
}

/** Nanoseconds, negative where `text` was before. */
export function nsSince(from: FineTime, text: string): number {
  return Math.round((timeMs(text) - from.ms) * 1e6) + subMillisecondNs(text) - from.ns;
}

/** The first of instants written alike; empty where there are none. */
export function earliest(times: readonly string[]): string {
  return times.reduce((first, at) => (first === "" || at < first ? at : first), "");
}

/** What Date cannot hold of it. */
function subMillisecondNs(text: string): number {
  const fraction = /\.\d{3}(\d{1,6})/.exec(text)?.[1] ?? "";
  return Number(fraction.padEnd(6, "0"));
}

/** "02:14:05" */
export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB");
}

/** "02:14:05.123" */
export function preciseClock(ms: number): string {
  return `${clock(ms)}.${String(Math.floor(ms) % 1000).padStart(3, "0")}`;
}

/** "02:14" today, "21 Nov 02:14" on any other day. */
export function instant(ms: number, nowMs: number): string {
  const at = new Date(ms);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}

const QUARTERS = [0, 0.25, 0.5, 0.75, 1];

/** Words along an axis of time, each with its place as a share of it: with seconds, where two would say the same minute. */
export function axisMarks(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  nowMs: number,
): { readonly share: number; readonly words: string }[] {
  const isFine = toMs - fromMs < 60_000 * (QUARTERS.length - 1);
  return QUARTERS.map((share) => {
    const ms = fromMs + share * (toMs - fromMs);
    return { share, words: isFine ? clock(ms) : instant(ms, nowMs) };
  });
}

/** "3 min", "2 h", "5 d": one unit is enough to judge an age by. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Of a range's `since`: "the last 15 minutes". */
export function lastOf(since: string): string {
  const match = /^(\d+)([smhd])$/.exec(since);
  const unit = { s: "second", m: "minute", h: "hour", d: "day" }[match?.[2] ?? ""];
  if (unit === undefined) return "this range";
  return match?.[1] === "1" ? `the last ${unit}` : `the last ${match?.[1]} ${unit}s`;
}
