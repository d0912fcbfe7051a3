// Texts with {{COLUMN}} in them, filled from a row: values as people read them, by their columns' units.
import * as quantity from "../core/quantity.ts";
import { numberOf, textOf } from "./cell.ts";
import type { Row } from "./rule.ts";

const PLACE = /\{\{\s*(\w+)\s*\}\}/g;
const MOST_CHARS = 400;

const BY_UNIT: Readonly<Record<string, (value: number) => string>> = {
  ns: (value) => quantity.text(quantity.duration(value)),
  bytes: (value) => quantity.text(quantity.bytes(value)),
  share: (value) => quantity.text(quantity.share(value, 1)),
  "requests/s": (value) => quantity.text(quantity.rate(value, 1)),
  "attempts/s": (value) => quantity.text(quantity.rate(value, 1)),
};

/** Units by column; a column that has none is shown as it is. */
export type UnitOf = (column: string) => string;

/** A column that the row has not is "?", so that what is missing shows. */
export function fill(template: string, row: Row, unitOf: UnitOf): string {
  return template.replaceAll(PLACE, (_, column: string) => shown(row[column], unitOf(column)));
}

export function placesIn(template: string): readonly string[] {
  return [...template.matchAll(PLACE)].map(([, column]) => column ?? "");
}

function shown(value: unknown, unit: string): string {
  if (value === undefined || value === null) return "?";
  const number = numberOf(value);
  if (number === null || (typeof value === "string" && unit === "text")) {
    return textOf(value).slice(0, MOST_CHARS);
  }
  return (BY_UNIT[unit] ?? quantity.digits)(number);
}
