// Clients closed at once for want of room: counted in one place for all workers, by the limit they met, and told to the log.
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { OnceAMinute } from "../core/once-a-minute.ts";

/** The limit of the config that was reached. */
export type ConnectionLimit = "connections" | "source_connections";

const LIMITS: readonly ConnectionLimit[] = ["connections", "source_connections"];

/** What all workers count in; survives structured clone as itself. */
export function createRefusedConnections(): SharedArrayBuffer {
  return new SharedArrayBuffer(LIMITS.length * BigInt64Array.BYTES_PER_ELEMENT);
}

export function refusedConnections(
  cells: SharedArrayBuffer,
): readonly (readonly [limit: ConnectionLimit, count: number])[] {
  const counts = new BigInt64Array(cells);
  return LIMITS.map((limit, at) => [limit, Number(Atomics.load(counts, at))]);
}

export interface RefusedReportParts {
  readonly cells: SharedArrayBuffer;
  readonly log: Log;
  readonly clock: Clock;
}

export function createRefusedReport({
  cells,
  log,
  clock,
}: RefusedReportParts): (limit: ConnectionLimit, address: string) => void {
  const counts = new BigInt64Array(cells);
  const told = new OnceAMinute(clock, LIMITS.length);
  return (limit, address) => {
    Atomics.add(counts, LIMITS.indexOf(limit), 1n);
    const unsaid = told.ask(limit);
    if (unsaid === null) return;
    log.warn("connections_refused", { limit: `limits.${limit}`, address, unsaid });
  };
}
