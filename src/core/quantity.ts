// Numbers as people read them, in the terminal and in the UI: three significant digits and the unit that fits.

/** The digits and the unit apart, so that the unit can be quieter. */
export type Quantity = readonly [value: string, unit: string];

const NONE: Quantity = ["–", ""];
const DURATIONS: readonly (readonly [number, string])[] = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
];
const SIZES: readonly (readonly [number, string])[] = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

/** Of nanoseconds: "1.24 ms", "640 ns", "2 min 3 s". */
export function duration(ns: number | null): Quantity {
  if (ns === null || Number.isNaN(ns)) return NONE;
  if (ns === 0) return ["0", ""];
  // 59.95 s would be shown as 60.0 s.
  if (ns >= 59.95e9) return [minutes(ns), ""];
  return scaled(ns, DURATIONS, "ns");
}

export function bytes(count: number | null): Quantity {
  return count === null ? NONE : scaled(count, SIZES, "B");
}

/** Whole counts with separators up to 99,999, then k, M, G. */
export function count(value: number | null): Quantity {
  if (value === null) return NONE;
  if (value < 100_000) return [Math.round(value).toLocaleString("en"), ""];
  return scaled(
    value,
    [
      [1e9, "G"],
      [1e6, "M"],
      [1e3, "k"],
    ],
    "",
  );
}

/** Events over seconds: "62.4 /s". */
export function rate(events: number | null, seconds: number): Quantity {
  if (events === null || seconds <= 0) return NONE;
  const perSecond = events / seconds;
  if (perSecond === 0) return ["0", "/s"];
  if (perSecond < 0.1) return [digits(perSecond * 60), "/min"];
  const [value, unit] = perSecond < 1000 ? [digits(perSecond), ""] : count(perSecond);
  return [value, `${unit}/s`];
}

/** A part of a whole in percent; "<0.1" rather than a false zero. */
export function share(part: number, whole: number): Quantity {
  if (whole <= 0) return NONE;
  const percent = (part / whole) * 100;
  if (percent > 0 && percent < 0.1) return ["<0.1", "%"];
  return [
    percent >= 99.95 || percent === 0 ? String(Math.round(percent)) : percent.toFixed(1),
    "%",
  ];
}

export function text([value, unit]: Quantity): string {
  return unit === "" ? value : `${value} ${unit}`;
}

/** Three significant digits, no exponent, no trailing noise. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  return value.toPrecision(size < 0.01 ? 1 : 3);
}

function scaled(
  value: number,
  steps: readonly (readonly [number, string])[],
  smallest: string,
): Quantity {
  // 999.95 of a unit would be shown as 1,000 of it: step up a little early.
  const step = steps.find(([size]) => value >= size * 0.9995);
  return step === undefined ? [digits(value), smallest] : [digits(value / step[0]), step[1]];
}

function minutes(ns: number): string {
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
