// Tells when one of some files may have changed: by edit, by rename, by a swapped link.
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

export interface FileWatch {
  /** Watches these instead of those before. */
  readonly files: (paths: readonly string[]) => void;
  readonly close: () => void;
}

const SETTLE_MS = 100;
/** The link that Kubernetes swaps when a mounted ConfigMap changes. */
const SWAPPED_LINK = "..data";

/**
 * Editors replace files instead of writing them, so their folders are watched, and what else happens
 * there is passed over; several events in a row are told once. Whether anything really changed is
 * for the listener to find out.
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
      const names = new Set([SWAPPED_LINK, ...paths.map((path) => basename(path))]);
      watchers = [...folders].flatMap((folder) => open(folder, names, soon));
    },
  };
}

/** A folder that can't be watched is left to SIGHUP and the admin API. */
function open(folder: string, names: ReadonlySet<string>, changed: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name === null || names.has(name)) changed();
    });
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
