// Goes on with the lines that come: asks again for the newest, and shows those that were not there before.
import { setTimeout as pause } from "node:timers/promises";
import type { AdminClient, AdminParams } from "../admin-client.ts";
import type { Line, LinePage } from "./line.ts";

const EVERY_MS = 1000;
/** A question a second, so no more lines than these. */
const MOST_LINES = 500;
/** Lines come late: their services send them in batches, and the drain writes so. */
const LATE_MS = 30_000;

interface Following {
  /** What is shown already. */
  readonly known: readonly Line[];
  /** Oldest first. */
  readonly show: (lines: readonly Line[]) => void;
}

/** Until Ctrl-C, or until nobody reads. Rejects with CommandError. */
export async function followLogs(
  client: AdminClient,
  question: AdminParams,
  { known, show }: Following,
): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  process.stdout.once("error", end);
  let seen = countsOf(known);
  let sinceMs = Date.now() - LATE_MS;
  try {
    for (;;) {
      await pause(EVERY_MS, undefined, { signal: ended.signal });
      const since = new Date(Math.max(0, sinceMs)).toISOString();
      sinceMs = Date.now() - LATE_MS;
      const params = { ...question, since, limit: String(MOST_LINES) };
      const { lines, next } = (await client.get("/api/v1/logs", params)) as LinePage;
      show(newOf(lines, seen).toReversed());
      if (next !== null) process.stderr.write("weir: more lines come than are shown\n");
      seen = countsOf(lines);
    }
  } catch (thrown) {
    if (!ended.signal.aborted) throw thrown;
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

/** Lines that can't be told apart have one id. */
function countsOf(lines: readonly Line[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of lines) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Takes from `seen` what it finds there. */
export function newOf(lines: readonly Line[], seen: Map<string, number>): readonly Line[] {
  return lines.filter(({ id }) => {
    const left = seen.get(id) ?? 0;
    if (left > 0) seen.set(id, left - 1);
    return left === 0;
  });
}
