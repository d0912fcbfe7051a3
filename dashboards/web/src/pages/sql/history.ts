// The statements this browser has run, newest first and bounded.

const KEY = "weir.sql.history";
const MOST = 50;
/** A longer statement is run, but not remembered. */
const MOST_CHARS = 8192;

export function readHistory(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((sql) => typeof sql === "string") : [];
  } catch {
    return [];
  }
}

/** Gives the history with it. */
export function remember(sql: string): readonly string[] {
  const history = readHistory();
  if (sql.length > MOST_CHARS) return history;
  const next = [sql, ...history.filter((other) => other !== sql)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // No room or not allowed: it lasts as long as the page.
  }
  return next;
}

export function forget(): void {
  localStorage.removeItem(KEY);
}
