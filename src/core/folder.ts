// Folders: whether one is there, and making one with its parents, which gives up where the system does.
import { mkdirSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Like mkdir -p; new folders get `mode`. Throws what the file system throws. (Node's own `recursive`
 * tries for ever where a folder that is there, such as /proc, says ENOENT to a new one in it.)
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (thrown) {
    // Somebody else may have been faster.
    if (!isFolder(path)) throw thrown;
  }
}

/** False also where it can't be looked at. */
export function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === true;
}

/** undefined: nothing is there, or it can't be looked at, such as a link to itself. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
