// How many clients were closed at once for want of room, by the limit they met: counted by all workers in one place.
import type { ConnectionLimit } from "./flood-log.ts";

const LIMITS: readonly ConnectionLimit[] = ["connections", "source_connections"];

/** What all workers count in; survives structured clone as itself. */
export function createRefusedConnections(): SharedArrayBuffer {
  return new SharedArrayBuffer(LIMITS.length * BigInt64Array.BYTES_PER_ELEMENT);
}

export function countRefused(cells: SharedArrayBuffer, limit: ConnectionLimit): void {
  Atomics.add(new BigInt64Array(cells), LIMITS.indexOf(limit), 1n);
}

export function refusedConnections(
  cells: SharedArrayBuffer,
): readonly (readonly [limit: ConnectionLimit, count: number])[] {
  const counts = new BigInt64Array(cells);
  return LIMITS.map((limit, at) => [limit, Number(Atomics.load(counts, at))]);
}
