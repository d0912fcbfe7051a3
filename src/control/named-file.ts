// A file that somebody named: how messages show it, and whether reading it would ever end.
import { relative } from "node:path";
import { statsOf } from "../core/folder.ts";

export const NO_FILE = "is no file; a pipe or a device may never end";

/** Reading it could hold up its thread for ever. */
export function isEndless(path: string): boolean {
  const stats = statsOf(path);
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** Relative where that is shorter: rows and messages show it. */
export function shownFile(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") || short === "" ? file : short;
}
