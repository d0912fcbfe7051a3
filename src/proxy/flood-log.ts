// Tells the log of clients that were not let in: the first at once, then once a minute how many more.
import type { Log } from "../core/log.ts";

/** The limit of the config that was reached. */
export type ConnectionLimit = "connections" | "source_connections";

const PAUSE_MS = 60_000;

export function createFloodLog(
  log: Log,
  nowMs: () => number,
): (limit: ConnectionLimit, address: string) => void {
  const told = { connections: silence(), source_connections: silence() };
  return (limit, address) => {
    const last = told[limit];
    const now = nowMs();
    if (now - last.atMs < PAUSE_MS) {
      last.unsaid += 1;
      return;
    }
    log.warn("connections_refused", {
      limit: `limits.${limit}`,
      address,
      unsaid: last.unsaid,
    });
    told[limit] = { atMs: now, unsaid: 0 };
  };
}

function silence(): { atMs: number; unsaid: number } {
  return { atMs: -Infinity, unsaid: 0 };
}
