// Recorded decisions for replay: grouped by all that a decision needs, a slice of time at once.
import { countLines } from "../core/lines.ts";
import type { Store } from "./client.ts";
import { StoreError } from "./store-error.ts";
import { narrowing, type RequestFilters } from "./requests.ts";
import { type Bucket, createSlicer, type Slice } from "./time-slices.ts";

export interface RecordedQuestion {
  readonly filters: RequestFilters;
  readonly window: Slice;
  readonly signal: AbortSignal;
}

/** The sort key's own unit, so that counting reads little. */
const BUCKET_MS = 300_000;
const QUERY_TIMEOUT_MS = 20_000;

/** Of one answer; some megabytes, which is all that either side holds. */
const WANTED_GROUPS = 20_000;
const MOST_GROUPS = 2 * WANTED_GROUPS;
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_ROWS = 20_000_000;

/** ClickHouse's ErrorCodes.cpp: too many rows, too slow, too much memory, too many bytes. */
const TOO_MUCH = new Set([158, 159, 241, 396]);

const BUCKETS = `SELECT toUnixTimestamp(toStartOfFiveMinutes(started_at)) AS start, count() AS rows
  FROM requests WHERE {{conditions}} GROUP BY start ORDER BY start`;

/** In the order of RECORDED_COLUMNS (src/policy/replay/recorded.ts). */
const GROUPS = `SELECT policy_request, replay, decision, rule, rule_source, principal, route, service,
    method, count(), min(started_at), max(started_at),
    (argMax((trace_id, span_id, path), started_at) AS example).1, example.2, example.3
  FROM (
    SELECT policy_request, decision, rule, rule_source, principal, route, service, method, started_at, trace_id, span_id, path,
      multiIf(decision != 'none', policy_replay,
      error_source = 'client' AND empty(attempt_upstream), 'not_asked', 'no_policy') AS replay
    FROM requests WHERE {{conditions}}
  )
  GROUP BY policy_request, replay, decision, rule, rule_source, principal, route, service, method`;

/** How many requests began when, in order of time. Rejects with StoreError. */
export async function countRecorded(
  store: Store,
  { filters, window }: Omit<RecordedQuestion, "signal">,
): Promise<readonly Bucket[]> {
  const { conditions, params } = narrowing(filters, window);
  const { rows } = await store.query(
    BUCKETS.replace("{{conditions}}", conditions.join(" AND ")),
    params,
    {
      readonly: true,
      timeoutMs: QUERY_TIMEOUT_MS,
    },
  );
  return rows.map((row) => ({ startMs: Number(row["start"]) * 1000, rows: Number(row["rows"]) }));
}

/** Asks the store, as the caller's turn comes; rejects with what the question rejects with. */
export type Ask = <T>(question: (store: Store) => Promise<T>) => Promise<T>;

/**
 * Lines of JSONCompactEachRow, a group each, in pieces of some megabytes. A group may come again in a
 * later piece: pieces are cut by time, and nothing holds all of them.
 */
export async function* readRecorded(
  ask: Ask,
  question: RecordedQuestion,
  buckets: readonly Bucket[],
): AsyncGenerator<Buffer> {
  const slicer = createSlicer(buckets, BUCKET_MS, question.window);
  let rows = WANTED_GROUPS;
  for (;;) {
    const slice = slicer.next(rows);
    if (slice === null) return;
    const lines = await ask((store) => groupsOf(store, { ...question, window: slice }));
    if (lines === null) {
      if (slicer.isLeast(slice)) throw tooDense(slice);
      rows /= 2;
      continue;
    }
    slicer.take(slice);
    if (lines.length > 0) yield lines;
    const hasRoom = countLines(lines) < WANTED_GROUPS / 2 && lines.length < MOST_BYTES / 4;
    if (hasRoom) rows = Math.min(MOST_ROWS, rows * 2);
  }
}

/** null: more than one answer may hold. */
async function groupsOf(
  store: Store,
  { filters, window, signal }: RecordedQuestion,
): Promise<Buffer | null> {
  const { conditions, params } = narrowing(filters, window);
  try {
    return await store.lines(GROUPS.replace("{{conditions}}", conditions.join(" AND ")), params, {
      readonly: true,
      timeoutMs: QUERY_TIMEOUT_MS,
      maxGroups: MOST_GROUPS,
      maxBytes: MOST_BYTES,
      signal,
    });
  } catch (thrown) {
    if (thrown instanceof StoreError && TOO_MUCH.has(thrown.code ?? 0)) return null;
    throw thrown;
  }
}

function tooDense({ untilMs }: Slice): StoreError {
  const at = new Date(untilMs - 1).toISOString();
  return new StoreError(`the requests of ${at} are too many for one answer`, 396);
}
