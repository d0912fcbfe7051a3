// Values as people read them in a terminal, by their units.
import * as quantity from "../core/quantity.ts";
import { sparkline } from "./sparkline.ts";

const { digits, text } = quantity;

const NONE = "–";
const DAY_MS = 86_400_000;
const COURSE_WIDTH = 12;

/** Of nanoseconds: "1.24 ms". */
export const duration = (ns: number): string => text(quantity.duration(ns));
export const count = (value: number): string => text(quantity.count(value));

/** Local time: "21:40:05", with the day where it is not today: "21 Nov 21:40". */
export function instant(text: string, nowMs: number): string {
  const at = new Date(text);
  const ms = at.getTime();
  if (Number.isNaN(ms)) return text;
  if (Math.abs(nowMs - ms) < DAY_MS && at.getDate() === new Date(nowMs).getDate()) {
    return at.toLocaleTimeString("en-GB");
  }
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return `${day} ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

/** Local time with milliseconds: "21:40:05.123". */
export function preciseClock(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return `${at.toLocaleTimeString("en-GB")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** "3 min", "2 h", "5 d": one unit is enough to judge an age by. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

function rate(perSecond: number): string {
  return text(quantity.rate(perSecond, 1));
}

const AS_NUMBER: Readonly<Record<string, (value: number) => string>> = {
  ns: duration,
  bytes: (value) => text(quantity.bytes(value)),
  share: (part) => text(quantity.share(part, 1)),
  count,
  score: (value) => digits(value),
  requests: count,
  attempts: count,
  "requests/s": rate,
  "attempts/s": rate,
  status: String,
  number: digits,
};

/** Whether values of this unit are numbers, so that they stand at the right of their column. */
export function isNumeric(unit: string): boolean {
  return Object.hasOwn(AS_NUMBER, unit);
}

const DIGITS = /^-?\d+(?:\.\d+)?$/;

function grouped(digits: string): string {
  return digits.replaceAll(/(?<!\.\d*)(?<=\d)(?=(?:\d{3})+(?!\d))/g, ",");
}

/** A cell's value in a unit of src/store/panels/panel.ts; times are seen from `nowMs`. */
export function formatValue(value: unknown, unit: string, nowMs: number): string {
  if (value === null || value === undefined || value === "") return NONE;
  if (unit === "time" && typeof value === "string") return instant(value, nowMs);
  const isText = typeof value === "string";
  if (isNumeric(unit) && (isText || typeof value === "number")) return formatNumber(value, unit);
  return unit === "course" ? courseOf(value) : asText(value);
}

function courseOf(value: unknown): string {
  return Array.isArray(value) ? sparkline(value.map(Number), COURSE_WIDTH) : asText(value);
}

function formatNumber(value: string | number, unit: string): string {
  // What a number can't hold is text: to round it now would lose what was kept so far.
  if (unit === "number" && typeof value === "string" && DIGITS.test(value)) return grouped(value);
  const number = Number(value);
  return Number.isFinite(number) ? (AS_NUMBER[unit]?.(number) ?? NONE) : NONE;
}

/** A value as it stands: text as it is, what has parts as JSON. */
export function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
