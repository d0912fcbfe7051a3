// The two ways that rows stand in a segment, as far as whoever cuts it must know them.
import { wholeLines } from "./cut.ts";
import { wholeFrames } from "./groups/frame.ts";

/** Lines of JSONCompactEachRow, or row groups (groups/frame.ts). */
export type RowFormat = "lines" | "groups";

/** How much of `bytes` is whole rows, and how many: up to `mostRows`, of which a row group may bring a few more. */
export type WholeRows = (bytes: Buffer, mostRows: number) => { length: number; rows: number };

export const WHOLE_ROWS: Readonly<Record<RowFormat, WholeRows>> = {
  lines: wholeLines,
  groups: wholeFrames,
};
