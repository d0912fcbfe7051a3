// Row groups as lines of JSONCompactEachRow: for a store that refuses them, and for people who look at what it refused.
import type { StoredColumn } from "../columns.ts";
import { groupsIn, type RowGroup } from "./row-group.ts";

/** A line for each row, in the order of the columns, which are those of the groups. */
export function linesOf(frames: Buffer, columns: readonly string[]): Buffer {
  const groups = Array.from(groupsIn(frames, columns), (group) => textOf(group, columns));
  return Buffer.from(groups.join(""));
}

function textOf(group: RowGroup, names: readonly string[]): string {
  const columns = names.map((name) => group.values(name as StoredColumn));
  return Array.from({ length: group.rows }, (_, row) => {
    return `${JSON.stringify(columns.map((values) => values[row]))}\n`;
  }).join("");
}
