// A spooled row as the request list shows it, so that a live row looks like one that was asked for.
import {
  kindOf,
  LISTED_COLUMNS,
  type ListedRow,
  type RequestColumn,
} from "../../telemetry/columns.ts";
import type { SpanRow } from "../../telemetry/export-row.ts";

export function listedRow(row: SpanRow): ListedRow {
  const values = LISTED_COLUMNS.map((column) => [column, READ[kindOf(column)](row, column)]);
  const attempts = row.list("attempt_upstream").length;
  return { ...(Object.fromEntries(values) as Omit<ListedRow, "attempts">), attempts };
}

type Read = (row: SpanRow, column: RequestColumn) => unknown;

const list: Read = (row, column) => row.list(column);

const READ: Readonly<Record<ReturnType<typeof kindOf>, Read>> = {
  text: (row, column) => row.text(column),
  time: (row, column) => isoOf(row.text(column)),
  number: (row, column) => row.number(column),
  flag: (row, column) => row.flag(column),
  texts: list,
  numbers: list,
  singles: (row, column) => row.list(column).map((value) => Math.fround(Number(value))),
  map: (row, column) => row.map(column),
};

/** "1763712000.123456789", seconds since the epoch, with all its digits. */
function isoOf(timestamp: string): string {
  const [seconds = "0", fraction = ""] = timestamp.split(".", 2);
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${fraction.padEnd(9, "0")}Z`;
}
