// One row of a row group, by the names of its columns.
import type { StoredColumn as Column } from "../columns.ts";
import type { GroupValues } from "./row-group.ts";

/** What is of another type than asked for reads as empty, zero or false. */
export interface SpooledRow {
  readonly text: (column: Column) => string;
  readonly number: (column: Column) => number;
  readonly flag: (column: Column) => boolean;
  readonly list: (column: Column) => readonly unknown[];
  readonly map: (column: Column) => Readonly<Record<string, string>>;
  readonly value: (column: Column) => unknown;
}

export function rowOf(group: GroupValues, row: number): SpooledRow {
  const value = (column: Column): unknown => group.values(column)[row];
  return {
    value,
    text: (column) => textOf(value(column)),
    number: (column) => numberOf(value(column)),
    flag: (column) => value(column) === true,
    list: (column) => listOf(value(column)),
    map: (column) => mapOf(value(column)),
  };
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
  return typeof value === "object" && value !== null ? (value as Record<string, string>) : {};
}
