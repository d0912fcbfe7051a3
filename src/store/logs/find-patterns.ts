// What log lines look like, how many look so, and which look as none did before: over a sample that is drawn evenly.
import type { Row } from "../answer.ts";
import type { Store } from "../client.ts";
import { templateOf } from "./line-template.ts";
import { tablesOf } from "./list-lines.ts";
import { allConditions, type LogFilters, type LogWindow, paramsOf } from "./log-filters.ts";
import { type LogTable, SEVERITIES, type Severity } from "./log-source.ts";
import { type LookAlikes, mergePatterns } from "./merge-patterns.ts";

export interface PatternsFound {
  /** Of the window, and of the window of the same length before it. */
  readonly lines: number;
  readonly linesBefore: number;
  /** One of so many lines was looked at. */
  readonly sample: number;
  readonly slotMs: number;
  /** Most lines first. */
  readonly patterns: readonly Pattern[];
  /** Those that are left out. */
  readonly others: { readonly patterns: number; readonly lines: number };
}

/** Counts are of all lines, as the sample has them. */
export interface Pattern extends Omit<LookAlikes, "before" | "severity"> {
  readonly severity: Severity;
  /** Of the lines. */
  readonly share: number;
  /** None in the window before, which had lines. */
  readonly isNew: boolean;
  readonly isRare: boolean;
}

/** Looked at of both windows together: about half a second. */
const WANTED_LINES = 50_000;
const SLOTS = 24;
const MOST_GROUPS = 2000;
const MOST_PATTERNS = 300;
const EXAMPLE_CHARS = 1000;
/** At the same rate as now, the sample of the window before would have one with 99 %. */
const SURE_LINES = 5;
const RARE_LINES = 3;
const RARE_SHARE = 0.001;
/** Of fewer, none is called rare. */
const MANY_LINES = 100;
const LIMITS = { readonly: true, timeoutMs: 20_000 } as const;

/** Rejects with StoreError. */
export async function findPatterns(
  store: Store,
  filters: LogFilters,
  window: LogWindow,
): Promise<PatternsFound> {
  const lengthMs = window.untilMs - window.sinceMs;
  const both = { sinceMs: Math.max(0, window.sinceMs - lengthMs), untilMs: window.untilMs };
  const slotMs = Math.ceil(lengthMs / SLOTS);
  const params = { ...paramsOf(filters, both), now: new Date(window.sinceMs), slot_ms: slotMs };
  const tables = tablesOf(filters);
  const counted = tables.map((table) => `(${countOf(table, filters)})`).join(" UNION ALL ");
  const total = await store.query(
    `SELECT sum(lines) AS lines, sum(before) AS before FROM (${counted})`,
    params,
    LIMITS,
  );
  const lines = Number(total.rows[0]?.["lines"]);
  const linesBefore = Number(total.rows[0]?.["before"]);
  const sample = Math.max(1, Math.ceil((lines + linesBefore) / WANTED_LINES));
  const groups = tables.map((table) => `(${groupsOf(table, filters)})`).join(" UNION ALL ");
  const { rows } = await store.query(
    `SELECT * FROM (${groups}) ORDER BY lines DESC, before DESC, pattern LIMIT ${MOST_GROUPS}`,
    { ...params, sample },
    LIMITS,
  );
  const merged = mergePatterns(rows.map(lookAlikesOf)).filter((group) => group.lines > 0);
  const found = { lines, linesBefore, sample, slotMs };
  return { ...found, ...chosenOf(merged.map((group) => patternOf(group, found))) };
}

const IS_NOW = "time >= {now:DateTime64(3, 'UTC')}";

function countOf(table: LogTable, filters: LogFilters): string {
  return `SELECT countIf(${IS_NOW}) AS lines, countIf(NOT (${IS_NOW})) AS before
    FROM (SELECT ${table.time} AS time FROM ${table.table} WHERE ${allConditions(table, filters)})`;
}

function groupsOf(table: LogTable, filters: LogFilters): string {
  const severities = SEVERITIES.map((severity) => `'${severity}'`).join(", ");
  const ms = (time: string): string => `toUnixTimestamp64Milli(CAST(${time}, 'DateTime64(3)'))`;
  const slot = `toUInt16(intDiv(${ms("time")} - ${ms("{now:DateTime64(3, 'UTC')}")}, {slot_ms:UInt64}))`;
  return `SELECT '${table.source}' AS source, service, pattern,
      countIf(${IS_NOW}) AS lines, countIf(NOT (${IS_NOW})) AS before,
      minIf(${ms("time")}, ${IS_NOW}) AS first_ms, maxIf(${ms("time")}, ${IS_NOW}) AS last_ms,
      minIf(indexOf([${severities}], severity) - 1, ${IS_NOW}) AS severity,
      anyIf(text, ${IS_NOW}) AS example, sumMapIf(map(${slot}, 1), ${IS_NOW}) AS slots
    FROM (
      SELECT ${table.time} AS time, ${table.service} AS service, ${table.severity} AS severity,
        ${templateOf(table)} AS pattern, substringUTF8(${table.text}, 1, ${EXAMPLE_CHARS}) AS text
      FROM ${table.table}
      WHERE ${allConditions(table, filters)}
        AND cityHash64(${table.time}, ${table.spanId}) % {sample:UInt64} = 0
    )
    GROUP BY service, pattern`;
}

function lookAlikesOf(row: Row): LookAlikes {
  const slots = (row["slots"] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    source: String(row["source"]),
    service: String(row["service"]),
    pattern: String(row["pattern"]),
    lines: Number(row["lines"]),
    before: Number(row["before"]),
    // Of lines that were only before, none.
    firstMs: Number(row["lines"]) === 0 ? Infinity : Number(row["first_ms"]),
    lastMs: Number(row["last_ms"]),
    severity: Number(row["lines"]) === 0 ? SEVERITIES.length - 1 : Number(row["severity"]),
    example: String(row["example"]),
    slots: Array.from({ length: SLOTS }, (_, slot) => Number(slots[slot] ?? 0)),
  };
}

type Facts = Pick<PatternsFound, "lines" | "linesBefore" | "sample">;

function patternOf(group: LookAlikes, { lines, linesBefore, sample }: Facts): Pattern {
  const { before, severity, ...same } = group;
  const share = Math.min(1, (group.lines * sample) / Math.max(1, lines));
  const isSure = sample === 1 || group.lines >= SURE_LINES;
  return {
    ...same,
    lines: group.lines * sample,
    slots: group.slots.map((seen) => seen * sample),
    severity: SEVERITIES[severity] ?? "none",
    share,
    isNew: before === 0 && linesBefore > 0 && isSure,
    isRare: lines >= MANY_LINES && (group.lines <= RARE_LINES || share <= RARE_SHARE),
  };
}

/** What is new is kept, however few they are. */
function chosenOf(patterns: readonly Pattern[]): Pick<PatternsFound, "patterns" | "others"> {
  const order = patterns.toSorted(
    (a, b) => Number(b.isNew) - Number(a.isNew) || b.lines - a.lines || b.lastMs - a.lastMs,
  );
  const left = order.slice(MOST_PATTERNS);
  return {
    patterns: order.slice(0, MOST_PATTERNS).toSorted((a, b) => b.lines - a.lines),
    others: { patterns: left.length, lines: left.reduce((sum, { lines }) => sum + lines, 0) },
  };
}
