// A file that somebody named: how messages show it, whether reading it would ever end, and its text.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { statsOf } from "../core/folder.ts";

export const NO_FILE = "is no file; a pipe or a device may never end";

/** Reading it could hold up its thread for ever. */
export function isEndless(path: string): boolean {
  const stats = statsOf(path);
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** Its text, or why it can't be had. */
export function readNamed(path: string): { readonly text: string } | { readonly problem: string } {
  if (isEndless(path)) return { problem: NO_FILE };
  try {
    return { text: readFileSync(path, "utf8") };
  } catch (thrown) {
    return { problem: unreadable(thrown) };
  }
}

/** Of what reading a file threw. */
export function unreadable(thrown: unknown): string {
  const { code = "unknown error" } = thrown as NodeJS.ErrnoException;
  return `can't be read (${code}); name a file that can`;
}

/** Relative where that is shorter: rows and messages show it. */
export function shownFile(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") || short === "" ? file : short;
}
