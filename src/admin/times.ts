// ClickHouse's times as ISO-8601, the one way times leave the admin API.
import type { Column, Row } from "../store/answer.ts";

/** Times in UTC only: the session's zone is UTC, a column of another zone says so in its type. */
const UTC_TIME = /^(?:Nullable\()?DateTime(?:64\(\d(?:, 'UTC')?\)|\('UTC'\))?\)?$/;
const TEXT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/;

/** "2026-11-21 09:30:00.123" as "2026-11-21T09:30:00.123Z"; anything else as it is. */
export function isoTime(value: unknown): unknown {
  return typeof value === "string" && TEXT.test(value) ? `${value.replace(" ", "T")}Z` : value;
}

/** Rows with these columns' times as ISO-8601. */
export function withIsoTimes(rows: readonly Row[], names: readonly string[]): readonly Row[] {
  if (names.length === 0) return rows;
  return rows.map((row) => {
    const times = names.filter((name) => name in row).map((name) => [name, isoTime(row[name])]);
    return { ...row, ...Object.fromEntries(times) };
  });
}

export function timeColumns(columns: readonly Column[]): string[] {
  return columns.filter(({ type }) => UTC_TIME.test(type)).map(({ name }) => name);
}
