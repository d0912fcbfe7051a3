// A spooled row as the request list shows it, so that a live row looks like one that was asked for.
import { LISTED_COLUMNS, type ListedRow } from "../../telemetry/columns.ts";
import type { SpooledRow } from "../../telemetry/groups/spooled-row.ts";

export function listedRow(row: SpooledRow): ListedRow {
  const values = LISTED_COLUMNS.map((column) => [column, row.value(column)]);
  const listed = Object.fromEntries(values) as Omit<ListedRow, "attempts">;
  const attempts = row.list("attempt_upstream").length;
  return { ...listed, started_at: isoOf(row.text("started_at")), attempts };
}

/** "1763712000.123456789", seconds since the epoch, with all its digits. */
function isoOf(timestamp: string): string {
  const [seconds = "0", fraction = ""] = timestamp.split(".", 2);
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${fraction.padEnd(9, "0")}Z`;
}
