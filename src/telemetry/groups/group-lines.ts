// Row groups as lines of JSONCompactEachRow: for a store that refuses them, and for people who look at what it refused.
import { REQUEST_COLUMNS } from "../columns.ts";
import { groupsIn, type RowGroup } from "./row-group.ts";

/** A line for each row, in the order of REQUEST_COLUMNS. */
export function linesOf(frames: Buffer): Buffer {
  return Buffer.from(Array.from(groupsIn(frames), textOf).join(""));
}

function textOf(group: RowGroup): string {
  const columns = REQUEST_COLUMNS.map((column) => group.values(column));
  return Array.from({ length: group.rows }, (_, row) => {
    return `${JSON.stringify(columns.map((values) => values[row]))}\n`;
  }).join("");
}
