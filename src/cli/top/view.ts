// What `weir top` looks like, and what its keys do; pure.
import { age, formatValue, instant, isNumeric } from "../format.ts";
import { clip, fit, harmless } from "../format-text.ts";
import { sparkline } from "../sparkline.ts";
import { headOf, renderRows, type Table, type TableColumn, type TableLook } from "../table.ts";
import type { TopSample } from "./feed.ts";
import { SUBJECT_NAMES, type SubjectName, SUBJECTS, TREND } from "./subjects.ts";

export interface TopState {
  readonly by: SubjectName;
  /** A column's name. */
  readonly sort: string;
  readonly isFalling: boolean;
  /** Rows above the first one shown. */
  readonly from: number;
  readonly isPaused: boolean;
}

export interface TopScene {
  readonly state: TopState;
  /** null before the first answer. */
  readonly sample: TopSample | null;
  /** Why the newest question has no answer; empty: it has. */
  readonly fault: string;
  readonly windowMs: number;
}

export interface TopLook extends TableLook {
  readonly height: number;
}

const WIDE = 100;
const KEYS = "q quit  ←→ sort  r reverse  b by  ↑↓ scroll  space pause";
/** Title, head of the table, blank and keys. */
const AROUND = 4;

/** A table as it is printed: sorted, and its courses drawn. */
export function topTable(
  table: Table,
  state: Pick<TopState, "sort" | "isFalling">,
  width: number,
): Table {
  const bars = width >= WIDE ? 20 : 10;
  const rows = sorted(table, state).map((row) => {
    return { ...row, [TREND]: sparkline(row[TREND] as readonly number[], bars) };
  });
  return { columns: table.columns, rows };
}

/** Equal ones stay in the panel's order. */
export function sorted(
  { columns, rows }: Table,
  { sort, isFalling }: Pick<TopState, "sort" | "isFalling">,
): Table["rows"] {
  const isNumber = columns.some(({ name, unit }) => name === sort && isNumeric(unit));
  const order = (a: unknown, b: unknown): number =>
    isNumber ? Number(a ?? 0) - Number(b ?? 0) : String(a).localeCompare(String(b), "en");
  const sign = isFalling ? -1 : 1;
  return rows.toSorted((a, b) => sign * order(a[sort], b[sort]));
}

/** Exactly as many lines as the terminal has, none wider. */
export function topLines(scene: TopScene, look: TopLook): string[] {
  const { sample, fault } = scene;
  const room = Math.max(1, look.height - AROUND - (fault === "" ? 0 : 1));
  const told = fault === "" ? [] : [look.paint(clip(harmless(fault), look.width), "bad")];
  const body =
    sample === null ? [look.paint("asking …", "faint")] : bodyOf(scene, sample, { look, room });
  const lines = [titleOf(scene, look), ...told, ...body.slice(0, room + 1)];
  const blank = Array.from({ length: Math.max(0, look.height - lines.length - 1) }, () => "");
  return [...lines, ...blank, look.paint(clip(KEYS, look.width), "faint")].slice(0, look.height);
}

interface Place {
  readonly look: TopLook;
  readonly room: number;
}

/** What is old is faint, and the title says how old. */
function bodyOf({ state, fault }: TopScene, { table }: TopSample, { look, room }: Place): string[] {
  if (table.rows.length === 0) return [look.paint("nothing in that time", "faint")];
  const all = topTable(table, state, look.width);
  const from = Math.min(state.from, Math.max(0, all.rows.length - room));
  const isOld = fault !== "";
  const lines = renderRows(
    { ...all, rows: all.rows.slice(from, from + room) },
    isOld ? { ...look, paint: (text) => text } : look,
  );
  return isOld ? lines.map((line) => look.paint(line, "faint")) : lines;
}

function titleOf(
  { state, sample, fault, windowMs }: TopScene,
  { width, paint, nowMs }: TopLook,
): string {
  const { title } = SUBJECTS[state.by];
  const arrow = state.isFalling ? "↓" : "↑";
  const parts = [
    `weir top: ${title}, last ${age(windowMs)}`,
    ...(sample === null ? [] : [totalOf(sample)]),
    `by ${headOf({ name: state.sort })} ${arrow}`,
    ...(state.isPaused ? ["paused"] : []),
    ...(sample === null ? [] : [agoOf(sample.atMs, nowMs, fault !== "" || state.isPaused)]),
  ];
  return paint(fit(parts.join("  ·  "), width).trimEnd(), "strong");
}

function totalOf({ subject, table }: TopSample): string {
  const total = table.rows.reduce((sum, row) => sum + Number(row[subject.rate] ?? 0), 0);
  const unit = table.columns.find(({ name }) => name === subject.rate)?.unit ?? "number";
  return `${formatValue(total, unit, 0)} in all`;
}

function agoOf(atMs: number, nowMs: number, isOld: boolean): string {
  return isOld ? `${age(nowMs - atMs)} ago` : instant(new Date(atMs).toISOString(), nowMs);
}

export function firstState(by: SubjectName): TopState {
  return { by, sort: SUBJECTS[by].rate, isFalling: true, from: 0, isPaused: false };
}

/** As it stands in a subject's table: by its name, or as its head has it; null: there is none. */
export function sortColumn(by: SubjectName, asked: string): string | null {
  const names: readonly string[] = SUBJECTS[by].columns;
  return names.find((name) => name === asked || headOf({ name }) === asked) ?? null;
}

/** Names fall into place from the top, figures from the greatest. */
export function sortedBy(state: TopState, sort: string): TopState {
  const isName = sort === SUBJECTS[state.by].key || WORDS.has(sort);
  return { ...state, sort, isFalling: !isName, from: 0 };
}

const WORDS: ReadonlySet<TableColumn["name"]> = new Set(["service", "principal_kind", "decision"]);

type Act = (state: TopState, rows: number) => TopState;

const ACTS: Readonly<Record<string, Act>> = {
  right: (state) => sortedBy(state, beside(state, 1)),
  left: (state) => sortedBy(state, beside(state, -1)),
  r: (state) => ({ ...state, isFalling: !state.isFalling, from: 0 }),
  b: ({ by, isPaused }) => ({ ...firstState(nextSubject(by)), isPaused }),
  " ": (state) => ({ ...state, isPaused: !state.isPaused }),
  down: (state, rows) => ({ ...state, from: Math.min(Math.max(0, rows - 1), state.from + 1) }),
  up: (state) => ({ ...state, from: Math.max(0, state.from - 1) }),
};

/** What a key makes of the state; what no key is for stays as it is. */
export function afterKey(state: TopState, key: string, rows: number): TopState {
  return Object.hasOwn(ACTS, key) ? (ACTS[key]?.(state, rows) ?? state) : state;
}

function nextSubject(by: SubjectName): SubjectName {
  return SUBJECT_NAMES[(SUBJECT_NAMES.indexOf(by) + 1) % SUBJECT_NAMES.length] ?? by;
}

function beside({ by, sort }: TopState, step: number): string {
  const names = SUBJECTS[by].columns.filter((name) => name !== TREND);
  const at = names.findIndex((name) => name === sort) + step;
  return names.at(at % names.length) ?? sort;
}
