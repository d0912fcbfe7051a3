// Tells when one of some files may have changed: by edit, by rename, by a swapped link.
import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";

export interface FileWatch {
  /** Watches these instead of those before. */
  readonly files: (paths: readonly string[]) => void;
  readonly close: () => void;
}

const SETTLE_MS = 100;

/**
 * Editors replace files instead of writing them, so their folders are watched; several events in a
 * row are told once. Whether anything really changed is for the listener to find out.
 */
export function watchFiles(changed: () => void): FileWatch {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  const close = (): void => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };
  return {
    close,
    files(paths) {
      close();
      const folders = new Set(paths.map((path) => dirname(path)));
      watchers = [...folders].flatMap((folder) => open(folder, soon));
    },
  };
}

/** A folder that can't be watched is left to SIGHUP and the admin API. */
function open(folder: string, changed: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
