// Tells when one of some files may have changed: by edit, by rename, by a swapped link or folder.
import { type FSWatcher, unwatchFile, watch, watchFile } from "node:fs";
import { basename, dirname } from "node:path";
import { isFolder } from "../core/folder.ts";

export interface FileWatch {
  /** Watches these instead of those before. */
  readonly files: (paths: readonly string[]) => void;
  readonly close: () => void;
}

const SETTLE_MS = 100;
/** Changes that do not end are told of all the same. */
const LONGEST_MS = 2_000;
/** How soon a change is seen that the folder's own watch does not tell of. */
const POLL_MS = 1_000;
/** The link that Kubernetes swaps when a mounted ConfigMap changes. */
const SWAPPED_LINK = "..data";

/**
 * Editors replace files instead of writing them, so their folders are watched, and what else happens
 * there is passed over; several events in a row are told once. The files are looked at by name as
 * well, for what a folder does not tell: a link's target that is edited elsewhere, a folder on the
 * way that is replaced, a network's file system. Whether anything really changed is for the
 * listener to find out. A path may be a folder: then any file in it counts.
 */
export function watchFiles(changed: () => void): FileWatch {
  let watched = "";
  let stop = (): void => undefined;
  let settling: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  let longest: NodeJS.Timeout | undefined;
  const rest = (): void => {
    clearTimeout(settling);
    clearImmediate(turn);
  };
  const tell = (): void => {
    rest();
    clearTimeout(longest);
    longest = undefined;
    changed();
  };
  // After a halt of the whole thread, what happened meanwhile is yet to be heard of: in this turn.
  const settled = (): void => void (turn = setImmediate(tell));
  const soon = (): void => {
    rest();
    settling = setTimeout(settled, SETTLE_MS);
    longest ??= setTimeout(tell, LONGEST_MS);
  };
  return {
    close() {
      rest();
      clearTimeout(longest);
      stop();
    },
    files(paths) {
      const wanted = JSON.stringify(paths);
      // What changes between two watches is seen by neither.
      if (wanted === watched) return;
      watched = wanted;
      const before = stop;
      stop = start(paths, soon);
      before();
    },
  };
}

/** Gives what ends it. */
function start(paths: readonly string[], soon: () => void): () => void {
  const folders = new Set(paths.map((path) => dirname(path)));
  const names = new Set([SWAPPED_LINK, ...paths.map((path) => basename(path))]);
  const watchers = [...folders].flatMap((folder) => open(folder, (name) => names.has(name), soon));
  for (const path of paths) if (isFolder(path)) watchers.push(...open(path, () => true, soon));
  // Of its own, so that ending this does not end the next on the same file.
  const listener = (): void => soon();
  for (const path of paths) watchFile(path, { interval: POLL_MS, persistent: false }, listener);
  return () => {
    for (const watcher of watchers) watcher.close();
    for (const path of paths) unwatchFile(path, listener);
  };
}

/** A folder that can't be watched is left to the look at its files. */
function open(folder: string, isOurs: (name: string) => boolean, soon: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name === null || isOurs(name)) soon();
    });
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
