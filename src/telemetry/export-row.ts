// A spooled line read back: the fields of a request row that its spans are made from.
import { REQUEST_COLUMNS, type RequestColumn as Column } from "./columns.ts";

const INDEX = new Map<Column, number>(REQUEST_COLUMNS.map((name, index) => [name, index]));

/** One row by column name; what is missing or of another type reads as empty, zero or false. */
export interface SpanRow {
  readonly text: (column: Column) => string;
  readonly number: (column: Column) => number;
  readonly flag: (column: Column) => boolean;
  readonly list: (column: Column) => readonly unknown[];
  readonly map: (column: Column) => Readonly<Record<string, string>>;
}

/** Reads one line of JSONCompactEachRow; undefined where it is not one of ours. */
export function readRow(line: string): SpanRow | undefined {
  const values = parse(line);
  if (!Array.isArray(values) || values.length < REQUEST_COLUMNS.length) return undefined;
  const at = (column: Column): unknown => values[INDEX.get(column) ?? -1];
  return {
    text: (column) => textOf(at(column)),
    number: (column) => numberOf(at(column)),
    flag: (column) => at(column) === true || at(column) === 1,
    list: (column) => listOf(at(column)),
    map: (column) => mapOf(at(column)),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, textOf(text)]));
}
