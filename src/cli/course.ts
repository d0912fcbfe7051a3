// A course of time as people read it: a sparkline for each line of its chart, its total, and its peak and when that was.
import { formatValue, instant, isNumeric } from "./format.ts";
import { fit, fitRight, widthOf } from "./format-text.ts";
import { sparkline } from "./sparkline.ts";
import {
  BAD_COUNTS,
  headOf,
  type Table,
  type TableColumn,
  type TableLook,
  valueOf,
} from "./table.ts";

const GAP = "  ";
/** Narrower shows no course. */
const LEAST_BARS = 12;
const MOST_LABEL = 32;
const LEAST_ROOM = 28;
/** Lines times steps; more is no picture any more, and a table tells it as well. */
const MOST_VALUES = 1_000_000;
/** Units whose values add up over time. */
const ADDED_UP = new Set(["requests", "attempts", "count", "bytes"]);

interface Line {
  readonly label: string;
  readonly column: TableColumn;
  /** By step; null: a gap. */
  readonly values: readonly (number | null)[];
}

/** Lines without line ends; null where there is no time, nothing to draw, or too much of it. */
export function renderCourse(table: Table, look: TableLook): string[] | null {
  const time = table.columns.find(({ unit }) => unit === "time");
  if (time === undefined) return null;
  const times = [...new Set(table.rows.map((row) => String(row[time.name])))].sort();
  const lines = linesOf(table, { time: time.name, times });
  if (lines.length === 0) return null;
  return draw(lines, times, look);
}

interface Steps {
  readonly time: string;
  readonly times: readonly string[];
}

/** One for each number of each set of words, in the order they come. */
function linesOf({ columns, rows }: Table, { time, times }: Steps): Line[] {
  const words = columns.filter(({ name, unit }) => name !== time && !isNumeric(unit));
  const numbers = columns.filter(({ unit }) => isNumeric(unit));
  const series = new Map<string, Map<string, Table["rows"][number]>>();
  for (const row of rows) {
    const label = words.map((column) => valueOf(row[column.name], column, 0)).join(" ");
    const steps = series.get(label) ?? new Map<string, Table["rows"][number]>();
    series.set(label, steps.set(String(row[time]), row));
  }
  if (series.size * numbers.length * times.length > MOST_VALUES) return [];
  return [...series].flatMap(([label, steps]) =>
    numbers.map((column) => ({
      label: [label, ...(numbers.length > 1 ? [headOf(column)] : [])].join(" ").trim(),
      column,
      values: times.map((at) => numberOf(steps.get(at)?.[column.name])),
    })),
  );
}

function numberOf(value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function draw(lines: readonly Line[], times: readonly string[], look: TableLook): string[] {
  const labels = lines.map(({ label, column }) => (label === "" ? headOf(column) : label));
  const { figures, room } = fitting(figuresOf(lines, times, look.nowMs), look.width);
  const label = Math.min(widest(labels), MOST_LABEL, room - GAP.length - LEAST_BARS);
  const bars = Math.min(Math.max(times.length, LEAST_BARS), room - GAP.length - label);
  const cells = (at: number): string[] =>
    figures.map(({ head, texts, width }) => fitRight(at < 0 ? head : (texts[at] ?? ""), width));
  const head = [fit("", label), span(times, bars, look.nowMs), ...cells(-1)].join(GAP);
  return [
    look.paint(head.trimEnd(), "faint"),
    ...lines.map((line, at) => {
      const drawn = look.paint(fit(sparkline(line.values, bars), bars), toneOf(line));
      return [fit(labels[at] ?? "", label), drawn, ...cells(at)].join(GAP);
    }),
  ];
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
}

interface Figure {
  readonly head: string;
  readonly texts: readonly string[];
  readonly width: number;
}

/** Those that leave room for lines and their labels. */
function fitting(
  all: readonly Figure[],
  width: number,
): { readonly figures: readonly Figure[]; readonly room: number } {
  const roomBeside = (figures: readonly Figure[]): number =>
    figures.reduce((room, figure) => room - figure.width - GAP.length, width);
  let figures = all;
  while (figures.length > 0 && roomBeside(figures) < LEAST_ROOM) figures = figures.slice(0, -1);
  return { figures, room: roomBeside(figures) };
}

/** When the bars begin and end, over them. */
function span(times: readonly string[], width: number, nowMs: number): string {
  const first = instant(times[0] ?? "", nowMs);
  const last = instant(times.at(-1) ?? "", nowMs);
  const between = width - widthOf(first) - widthOf(last);
  return between < 1 ? fit(first, width) : first + " ".repeat(between) + last;
}

/** The most important one first. */
function figuresOf(lines: readonly Line[], times: readonly string[], nowMs: number): Figure[] {
  const figure = (head: string, textOf: (line: Line) => string): Figure => {
    const texts = lines.map(textOf);
    return { head, texts, width: widest([head, ...texts]) };
  };
  return [
    figure("most", ({ column, values }) => formatValue(mostOf(values), column.unit, nowMs)),
    figure("at", ({ values }) => peakOf(values, times, nowMs)),
    figure("total", ({ column, values }) =>
      formatValue(totalOf(column, values), column.unit, nowMs),
    ),
  ];
}

type Values = Line["values"];

function mostOf(values: Values): number | null {
  return values.reduce(
    (most, value) => (value !== null && value > (most ?? -Infinity) ? value : most),
    null,
  );
}

/** None of what never was more than nothing. */
function peakOf(values: Values, times: readonly string[], nowMs: number): string {
  const most = mostOf(values);
  if (most === null || most === 0) return "–";
  return instant(times[values.indexOf(most)] ?? "", nowMs);
}

function totalOf({ unit }: TableColumn, values: Values): number | null {
  if (!ADDED_UP.has(unit)) return null;
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function toneOf({ column, values }: Line): "bad" | "latency" | "accent" {
  if (BAD_COUNTS.has(column.name) && values.some((value) => (value ?? 0) > 0)) return "bad";
  return column.unit === "ns" ? "latency" : "accent";
}
