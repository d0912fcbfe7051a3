// Values as people read them in a terminal: three significant digits and the unit that fits.

const NONE = "–";
const DURATIONS: Steps = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
];
const SIZES: Steps = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];
const THOUSANDS: Steps = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];
/** Whole counts below this are shown digit by digit. */
const MOST_PLAIN = 100_000;
const DAY_MS = 86_400_000;

/** Sizes with their units, largest first. */
type Steps = readonly (readonly [size: number, unit: string])[];

/** Of nanoseconds: "1.24 ms", "640 ns", "2 min 3 s". */
export function duration(ns: number): string {
  if (ns >= 59.95e9) return minutes(ns);
  return ns === 0 ? "0" : scaled(ns, DURATIONS, "ns");
}

export function bytes(count: number): string {
  return scaled(count, SIZES, "B");
}

/** Whole counts with separators up to 99,999, then k, M, G. */
export function count(value: number): string {
  return value < MOST_PLAIN ? Math.round(value).toLocaleString("en") : scaled(value, THOUSANDS, "");
}

/** "62.4 /s"; "3 /min" where a second is too short to see one. */
export function rate(perSecond: number): string {
  if (perSecond === 0 || perSecond >= 0.1) return `${digits(perSecond)} /s`;
  return `${digits(perSecond * 60)} /min`;
}

/** A share of 1 in percent; "<0.1 %" rather than a false zero. */
export function share(part: number): string {
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) return "<0.1 %";
  const isWhole = percent >= 99.95 || percent === 0;
  return `${isWhole ? Math.round(percent) : percent.toFixed(1)} %`;
}

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

const AS_NUMBER: Readonly<Record<string, (value: number) => string>> = {
  ns: duration,
  bytes,
  share,
  count,
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

/** A cell's value in a unit of src/store/panels.ts; times are seen from `nowMs`. */
export function formatValue(value: unknown, unit: string, nowMs: number): string {
  if (value === null || value === undefined || value === "") return NONE;
  if (unit === "time" && typeof value === "string") return instant(value, nowMs);
  const write = AS_NUMBER[unit];
  if (write !== undefined && (typeof value === "number" || typeof value === "string")) {
    const number = Number(value);
    return Number.isFinite(number) ? write(number) : NONE;
  }
  return asText(value);
}

/** A value as it stands: text as it is, what has parts as JSON. */
export function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Three significant digits, no exponent. */
export function digits(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) {
    return Math.round(value).toLocaleString("en");
  }
  return value.toPrecision(Math.abs(value) < 0.01 ? 1 : 3);
}

function scaled(value: number, steps: Steps, smallest: string): string {
  // 999.95 of a unit would be shown as 1,000 of it: step up a little early.
  const step = steps.find(([size]) => value >= size * 0.9995);
  return (
    step === undefined ? `${digits(value)} ${smallest}` : `${digits(value / step[0])} ${step[1]}`
  ).trimEnd();
}

function minutes(ns: number): string {
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
