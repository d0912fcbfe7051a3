// Which rules decided anything in a time, by their text.
import type { Store } from "./client.ts";

const QUERY_TIMEOUT_MS = 20_000;

const USED_RULES = `SELECT DISTINCT rule FROM requests
  WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}
    AND decision IN ('allow', 'deny') AND rule != ''`;

export interface UsedRulesWindow {
  /** Milliseconds since the epoch; since is inside the window, until is not. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** As rows have them, which keep the beginning of a long one. Rejects with StoreError. */
export async function usedRules(
  store: Store,
  { sinceMs, untilMs }: UsedRulesWindow,
): Promise<readonly string[]> {
  const window = { since: new Date(sinceMs), until: new Date(untilMs) };
  const limits = { readonly: true, timeoutMs: QUERY_TIMEOUT_MS };
  const { rows } = await store.query(USED_RULES, window, limits);
  return rows.map(({ rule }) => String(rule));
}
