// What is different about some requests: a bounded sample of them and of the rest, compared by every attribute.
import type { Row } from "../answer.ts";
import type { QueryParams } from "../ask.ts";
import type { Store } from "../client.ts";
import { expandPanel, rollupFor } from "../panels/rollup.ts";
import { narrowing, type RequestFilters } from "../requests.ts";
import { sampleOf, type Spread, spreadOver, type Step, withinParts } from "../spread.ts";
import type { Slice } from "../time-slices.ts";
import { PAIRED_COLUMNS, PAIRS } from "./attributes.ts";
import { rankDifferences, type ScoredAttribute, type Sides, type ValueCount } from "./score.ts";

/** Requests that began in a part of the window, took from `minNs` to less than `maxNs`, and ended so. */
export interface Selection extends Slice {
  readonly minNs: number;
  /** Infinity: however long. */
  readonly maxNs: number;
  /** 5 for 500 to 599; null: however they ended. */
  readonly statusClass: number | null;
}

export interface DifferencesQuestion {
  /** For both sides. */
  readonly filters: RequestFilters;
  /** The rest are the requests of it that are not selected. */
  readonly window: Slice;
  readonly selection: Selection;
}

export interface Differences {
  /** How many there are; about, where not all could be read. */
  readonly requests: Sides;
  /** How many were compared. */
  readonly compared: Sides;
  readonly attributes: readonly ScoredAttribute[];
}

/** Rows that may be read of each side to find when there are how many. */
const MOST_READ = 4_000_000;
/** And with all their columns. */
const MOST_READ_WHOLE = 400_000;
/** Rows compared of each side: a difference of 5 % is seen with certainty among them. */
const MOST_COMPARED = 4_000;
/** Of an attribute, those that differ most. */
const MOST_VALUES = 12;
const MOST_ATTRIBUTES = 30;
/** So finely it is known when there were how many. */
const STEPS = 240;
const LIMITS = { readonly: true, timeoutMs: 20_000, maxMemoryBytes: 512 << 20 } as const;
const LONGEST_NS = 2 ** 62;

const COUNT_ROWS = `SELECT sum(requests) AS requests FROM requests_{{rollup}}
  WHERE time >= {since:DateTime64(3, 'UTC')} - toIntervalSecond({{grain_s}}) AND time < {until:DateTime64(3, 'UTC')}`;

/** Rejects with StoreError. */
export async function findDifferences(
  store: Store,
  question: DifferencesQuestion,
): Promise<Differences> {
  const parts = await readable(store, question);
  const { conditions, params } = narrowing(question.filters, {});
  const sides = sidesOf(question, parts);
  const steps = await countSteps(store, question.window, {
    sql: countingSteps(conditions, sides),
    params,
  });
  const sampled = `(${sampling(sides.isSelected, steps.selected)} OR ${sampling(sides.isRest, steps.rest)})`;
  const where = [...conditions, sampled].join(" AND ");
  const { rows } = await store.query(comparison(where, sides.isSelected), params, LIMITS);
  const compared = rows.find((row) => !isNamed(row));
  const counts = { selected: countOf(compared, "selected"), rest: countOf(compared, "rest") };
  const attributes = rankDifferences(rows.filter(isNamed).map(countsOf), counts);
  return {
    requests: {
      selected: Math.round(rowsOf(steps.selected) / parts.selected.share),
      rest: Math.round(rowsOf(steps.rest) / parts.rest.share),
    },
    compared: counts,
    attributes: attributes.slice(0, MOST_ATTRIBUTES),
  };
}

interface Statement {
  readonly sql: string;
  readonly params: QueryParams;
}

interface Steps {
  readonly selected: readonly Step[];
  readonly rest: readonly Step[];
}

async function countSteps(store: Store, window: Slice, asked: Statement): Promise<Steps> {
  const { sinceMs, untilMs } = window;
  const stepMs = Math.ceil((untilMs - sinceMs) / STEPS);
  const params = { ...asked.params, first_ms: sinceMs, step_ms: stepMs };
  const { rows } = await store.query(asked.sql, params, LIMITS);
  const stepsOf = (side: keyof Sides): readonly Step[] =>
    rows.map((row) => {
      const at = countOf(row, "step");
      const startMs = sinceMs + at * stepMs;
      const [counted, all] = [countOf(row, side), countOf(row, "rows")];
      return { at, sinceMs: startMs, untilMs: startMs + stepMs, rows: counted, all };
    });
  return { selected: stepsOf("selected"), rest: stepsOf("rest") };
}

function countingSteps(filters: readonly string[], sides: SideConditions): string {
  const meant = filters.length === 0 ? "true" : filters.join(" AND ");
  return `SELECT intDiv(toUnixTimestamp64Milli(started_at) - {first_ms:Int64}, {step_ms:Int64}) AS step,
      countIf(${meant} AND ${sides.isSelected}) AS selected, countIf(${meant} AND ${sides.isRest}) AS rest,
      count() AS rows
    FROM requests WHERE ${sides.isEither} GROUP BY step ORDER BY step`;
}

function rowsOf(steps: readonly Step[]): number {
  return steps.reduce((all, { rows }) => all + rows, 0);
}

interface Parts {
  readonly selected: Spread;
  readonly rest: Spread;
}

/** The parts of time of each side that may be read. */
async function readable(store: Store, question: DifferencesQuestion): Promise<Parts> {
  const { window, selection } = question;
  const sinceMs = Math.max(window.sinceMs, selection.sinceMs);
  const untilMs = Math.max(sinceMs + 1, Math.min(window.untilMs, selection.untilMs));
  const chosen = { sinceMs, untilMs };
  const [inChosen, inWindow] = await Promise.all(
    [chosen, window].map((slice) => rowsIn(store, slice)),
  );
  return {
    selected: spreadOver(chosen, inChosen ?? 0, MOST_READ),
    rest: spreadOver(window, inWindow ?? 0, MOST_READ),
  };
}

async function rowsIn(store: Store, { sinceMs, untilMs }: Slice): Promise<number> {
  const { rollup } = rollupFor(untilMs - sinceMs);
  const params = { since: new Date(sinceMs), until: new Date(untilMs) };
  const { rows } = await store.query(expandPanel(COUNT_ROWS, rollup), params, LIMITS);
  return countOf(rows[0], "requests");
}

interface SideConditions {
  readonly isSelected: string;
  readonly isRest: string;
  readonly isEither: string;
}

function sidesOf({ selection }: DifferencesQuestion, parts: Parts): SideConditions {
  const { minNs, maxNs, statusClass } = selection;
  const ended = statusClass === null ? "" : ` AND intDiv(status, 100) = ${statusClass}`;
  const time = { parts: [selection] };
  const longest = Math.min(LONGEST_NS, Math.ceil(maxNs));
  const box = `(${withinParts("started_at", time)} AND duration_ns >= ${Math.ceil(minNs)} AND duration_ns < ${longest}${ended})`;
  const isSelected = `(${withinParts("started_at", parts.selected)} AND ${box})`;
  const isRest = `(${withinParts("started_at", parts.rest)} AND NOT ${box})`;
  return { isSelected, isRest, isEither: `(${isSelected} OR ${isRest})` };
}

function sampling(condition: string, steps: readonly Step[]): string {
  const { parts, every } = sampleOf(steps, { rows: MOST_COMPARED, read: MOST_READ_WHOLE });
  // By nothing that says anything about a request.
  const byChance =
    every === 1 ? "" : ` AND intHash64(toUnixTimestamp64Nano(started_at)) % ${every} = 0`;
  return `(${condition} AND ${withinParts("started_at", { parts })}${byChance})`;
}

/** Rows of (attribute, value, selected, rest), and one of no name that counts rows. */
function comparison(where: string, isSelected: string): string {
  return `SELECT attribute, value, selected, rest FROM (
    SELECT pair.1 AS attribute, pair.2 AS value, countIf(chosen) AS selected, count() - selected AS rest
    FROM (
      SELECT chosen, arrayPushFront(${PAIRS}, ('', '')) AS pairs
      FROM (SELECT ${isSelected} AS chosen, ${PAIRED_COLUMNS.join(", ")} FROM requests WHERE ${where})
    )
    ARRAY JOIN pairs AS pair
    GROUP BY attribute, value
  )
  ORDER BY attribute,
    abs(selected / greatest(1, sum(selected) OVER (PARTITION BY attribute)) - rest / greatest(1, sum(rest) OVER (PARTITION BY attribute))) DESC,
    value
  LIMIT ${MOST_VALUES} BY attribute`;
}

function isNamed({ attribute }: Row): boolean {
  return attribute !== "";
}

function countsOf(row: Row): ValueCount {
  return {
    attribute: String(row["attribute"]),
    value: String(row["value"]),
    selected: countOf(row, "selected"),
    rest: countOf(row, "rest"),
  };
}

function countOf(row: Row | undefined, name: string): number {
  return Number(row?.[name] ?? 0);
}
