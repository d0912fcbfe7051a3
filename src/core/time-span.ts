// A length of time as people write it, a whole number and a unit: "90s", "5m", "7d".

export const UNIT_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

export type TimeUnit = keyof typeof UNIT_MS;

/** Milliseconds; null where it is none, or its unit none of `units`. */
export function timeSpanMs(text: string, units: readonly TimeUnit[]): number | null {
  const [, number = "", unit] = /^(\d{1,6})([a-z]{1,2})$/.exec(text) ?? [];
  const known = units.find((each) => each === unit);
  return known === undefined ? null : Number(number) * UNIT_MS[known];
}
