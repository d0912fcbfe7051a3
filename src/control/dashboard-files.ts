// Panels and boards as their files are now: read anew where these change, and what is wrong with them told.
import type { Log } from "../core/log.ts";
import { type Dashboards, faultLines, loadDashboards, ownFiles } from "../store/dashboards.ts";
import { watchFiles } from "./watch.ts";

export interface DashboardFiles {
  readonly current: () => Dashboards;
  /** The user's folder is this one from now on; empty: none. */
  readonly use: (folder: string) => void;
  readonly close: () => void;
}

export function createDashboardFiles(folder: string, log: Log): DashboardFiles {
  let own = folder;
  let current = loadDashboards(own);
  sayOfFaults(log, current);
  const read = (): void => {
    const next = loadDashboards(own);
    look();
    if (next.revision === current.revision) return;
    current = next;
    log.info("dashboards_reloaded", { panels: next.panels.size, boards: next.boards.size });
    sayOfFaults(log, next);
  };
  const watch = watchFiles(read);
  // Each file by its name, too: a folder does not always tell of an edit in place.
  const look = (): void => watch.files(own === "" ? [] : [own, ...ownFiles(own)]);
  look();
  return {
    current: () => current,
    use(next) {
      own = next;
      read();
    },
    close: () => watch.close(),
  };
}

const MOST_NAMED = 20;

/** The others work. */
function sayOfFaults(log: Log, { faults }: Dashboards): void {
  if (faults.length > 0) log.warn("dashboards_faulty", { faults: faultLines(faults, MOST_NAMED) });
}
