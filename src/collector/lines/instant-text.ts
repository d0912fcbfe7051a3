// Times as loggers write them: RFC 3339 and what is near it, or a number since 1970 in whatever unit fits.
import type { InstantOf } from "./log-record.ts";

const WRITTEN =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?[ ]?(Z|[+-]\d\d:?\d\d)?$/i;
const DIGITS = /^(\d{9,19})(?:\.(\d{1,9})\d*)?$/;
/** Seconds below 10^11 (the year 5138), then milliseconds, microseconds, nanoseconds. */
const UNITS: readonly (readonly [digits: number, perSecond: number])[] = [
  [11, 1],
  [14, 1e3],
  [17, 1e6],
  [19, 1e9],
];

/** null: it is no time. Without a zone it is UTC. */
export function instantOf(text: string): InstantOf | null {
  const [, day, time, fraction = "", zone = "Z"] = WRITTEN.exec(text) ?? [];
  if (day === undefined) return sinceEpoch(text);
  const ms = Date.parse(`${day}T${time}${zoneOf(zone)}`);
  return Number.isNaN(ms) ? null : { seconds: ms / 1000, nanos: Number(fraction.padEnd(9, "0")) };
}

function zoneOf(zone: string): string {
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
}

function sinceEpoch(text: string): InstantOf | null {
  const [, whole = "", fraction = ""] = DIGITS.exec(text) ?? [];
  const unit = UNITS.find(([digits]) => whole.length <= digits);
  if (whole === "" || unit === undefined) return null;
  const [, perSecond] = unit;
  const seconds = Math.floor(Number(BigInt(whole) / BigInt(perSecond)));
  const rest = Number(BigInt(whole) % BigInt(perSecond)) * (1e9 / perSecond);
  const below = perSecond === 1 ? Number(fraction.padEnd(9, "0")) : 0;
  return { seconds, nanos: rest + below };
}
