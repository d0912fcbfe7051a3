// The time window of a question: "15m", "7d" or an ISO time, read against a given now.
import { z } from "zod";
import { type TimeUnit, timeSpanMs } from "../../core/time-span.ts";
import { Problem } from "./problem.ts";

const AGES: readonly TimeUnit[] = ["s", "m", "h", "d", "w"];
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
/** The store's times are signed 64-bit nanoseconds. */
const LATEST_MS = Date.UTC(2262, 0, 1);

/** A moment as it stands in a URL, checked. */
export const moment = z
  .string()
  .max(40)
  .refine((text) => readMoment(text, Date.now()) !== null, {
    message: 'must be an age like "15m", "1h", "7d" or an ISO-8601 time with its zone',
  })
  .meta({ examples: ["15m", "7d", "2026-11-21T09:30:00Z"] });

/** Milliseconds since the epoch; an age counts back from `nowMs`. null where it is neither. */
export function readMoment(text: string, nowMs: number): number | null {
  const ageMs = timeSpanMs(text, AGES);
  const ms = ageMs === null ? (ISO.test(text) ? Date.parse(text) : Number.NaN) : nowMs - ageMs;
  return ms >= 0 && ms < LATEST_MS ? ms : null;
}

export interface WindowQuery {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface Window {
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** Only what was given. Throws Problem where it ends before it begins. */
export function readWindow({ since, until }: WindowQuery, nowMs: number): Window {
  const sinceMs = since === undefined ? null : readMoment(since, nowMs);
  const untilMs = until === undefined ? null : readMoment(until, nowMs);
  if (sinceMs !== null && sinceMs >= (untilMs ?? Infinity)) {
    throw new Problem("bad_parameter", "until: must be after since", {
      members: { parameter: "until" },
    });
  }
  return {
    ...(sinceMs === null ? {} : { sinceMs }),
    ...(untilMs === null ? {} : { untilMs }),
  };
}
