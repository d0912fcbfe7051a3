// Lengths of time as people write them in a file of alerts: "30s", "5m", "7d".

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds; null where it is none. */
export function durationMs(text: string): number | null {
  const [, number = "", unit = ""] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  return unitMs === undefined ? null : Number(number) * unitMs;
}

/** The same time in the largest unit that leaves no rest. */
export function durationText(ms: number): string {
  if (ms === 0) return "0s";
  const units = Object.entries(UNITS_MS).reverse();
  const [unit, unitMs] = units.find(([, each]) => ms % each === 0) ?? ["ms", 1];
  return `${ms / unitMs}${unit}`;
}
