// Values of a panel by their units, as people read them.
import {
  bytes,
  count,
  digits,
  duration,
  type Quantity,
  rate,
  share,
} from "../../../../../src/core/quantity.ts";
import type { Unit } from "../../../../../src/store/panels/panel.ts";

const BY_UNIT: Partial<Readonly<Record<Unit, (value: number) => Quantity>>> = {
  ns: duration,
  bytes,
  share: (value) => share(value, 1),
  count,
  score: (value) => [digits(value), ""],
  requests: count,
  attempts: count,
  "requests/s": (value) => rate(value, 1),
  "attempts/s": (value) => rate(value, 1),
};

/** null: no number, or of a unit that is none. */
export function amountOf(value: unknown, unit: Unit): Quantity | null {
  if (value === null) return ["–", ""];
  return typeof value === "number" ? (BY_UNIT[unit]?.(value) ?? null) : null;
}

export function isAmount(unit: Unit): boolean {
  return BY_UNIT[unit] !== undefined;
}

/** "p95_ns" as "p95", "first_at" as "First": what the values say anyway is left out. */
export function labelOf(name: string): string {
  const words = name
    .replace(/(?<=.)_(?:ns|at|id)$/, "")
    .replace(/_per_second$/, "/s")
    .replace(/^(?:tls|http)(?=_)/, (word) => word.toUpperCase())
    .replaceAll("_", " ");
  return /^p\d/.test(words) ? words : words.charAt(0).toUpperCase() + words.slice(1);
}

const NAMELESS: Readonly<Record<string, string>> = {
  principal: "anonymous",
  route: "no route",
  rule: "no rule",
  error_code: "the upstream\u2019s own",
};

/** What an empty value of a column stands for; empty where that says nothing. */
export function namelessWords(column: string): string {
  return NAMELESS[column] ?? "";
}
