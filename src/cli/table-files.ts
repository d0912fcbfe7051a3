// Rows for other programs: CSV with exact values, and Markdown for a ticket.
import { asText, formatValue, isNumeric } from "./format.ts";
import { harmless } from "./format-text.ts";
import type { Table } from "./table.ts";

/** RFC 4180, without the carriage returns; values exact, units in the names. */
export function renderCsv({ columns, rows }: Table): string[] {
  // An empty line would be no record to most readers.
  const line = (cells: readonly string[]): string => cells.map(csvCell).join(",") || '""';
  return [
    line(columns.map(({ name }) => name)),
    ...rows.map((row) => line(columns.map(({ name }) => asText(row[name])))),
  ];
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table of GitHub Flavored Markdown, values as people read them. */
export function renderMarkdown({ columns, rows }: Table, nowMs: number): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ name }) => markdownCell(name))),
    line(columns.map(({ unit }) => (isNumeric(unit) ? "---:" : "---"))),
    ...rows.map((row) =>
      line(columns.map(({ name, unit }) => markdownCell(formatValue(row[name], unit, nowMs)))),
    ),
  ];
}

function markdownCell(text: string): string {
  return harmless(text).replace(/[\\|`*_~<>[\]&$]/g, String.raw`\$&`);
}
