// Texts in columns, for lists that are no tables: each as wide as its longest text.
import { harmless } from "../format-text.ts";

/** A column does not grow beyond this, so that one long text does not push all others away. */
const MOST_CHARS = 48;

/** Lines without line ends, indented by two. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.min(MOST_CHARS, Math.max(...rows.map((row) => harmless(row[at] ?? "").length))),
  );
  return rows.map((row) =>
    `  ${row.map((text, at) => harmless(text).padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd(),
  );
}
