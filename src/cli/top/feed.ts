// Asks the running weir what `weir top` shows: one small question a turn, and the course of the lines every ten seconds.
import type { AdminClient, AdminParams } from "../admin-client.ts";
import type { Table } from "../table.ts";
import { type Subject, TREND } from "./subjects.ts";

/** The finest step that is stored; figures are of whole ones, so that rates are not too high. */
const STEP_MS = 10_000;
const COURSE_MS = 600_000;
const MOST_LINES = "200";

export interface TopSample {
  readonly subject: Subject;
  /** The subject's columns; `trend` is an array of numbers by step, oldest first. */
  readonly table: Table;
  /** When it was asked for, milliseconds since the epoch. */
  readonly atMs: number;
}

export interface FeedOptions {
  readonly windowMs: number;
  /** Empty: of all. */
  readonly service: string;
}

export interface TopFeed {
  /** Rejects with CommandError. */
  readonly ask: (subject: Subject, nowMs: number) => Promise<TopSample>;
}

type Course = ReadonlyMap<string, readonly number[]>;

export function createFeed(client: AdminClient, { windowMs, service }: FeedOptions): TopFeed {
  let known: { readonly subject: Subject; readonly sinceMs: number; readonly course: Course };
  const query = async (panel: string, params: AdminParams): Promise<Table> => {
    const filters: AdminParams = service === "" ? params : { ...params, service };
    return (await client.get(`/api/v1/query/${panel}`, filters)) as Table;
  };
  const courseOf = async (subject: Subject, nowMs: number): Promise<Course> => {
    const sinceMs = wholeStep(nowMs - Math.max(COURSE_MS, windowMs));
    if (known?.subject === subject && known.sinceMs === sinceMs) return known.course;
    const lines: AdminParams = subject.hasBusiest ? { lines: MOST_LINES } : {};
    const steps = await query(subject.course, { since: iso(sinceMs), ...lines });
    const course = readCourse(steps, subject);
    known = { subject, sinceMs, course };
    return course;
  };
  return {
    ask: async (subject, nowMs) => {
      const since = iso(wholeStep(nowMs - windowMs));
      const params = { ...subject.filters, since, limit: MOST_LINES };
      const { columns, rows } = await query(subject.panel, params);
      const course = await courseOf(subject, nowMs);
      return { subject, table: shaped({ columns, rows }, subject, course), atMs: nowMs };
    },
  };
}

function wholeStep(ms: number): number {
  return Math.floor(ms / STEP_MS) * STEP_MS;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function readCourse({ columns, rows }: Table, { key }: Subject): Course {
  const value = columns.at(-1)?.name ?? "";
  const lines = Map.groupBy(rows, (row) => String(row[key]));
  return new Map(
    [...lines].map(([name, steps]) => [name, steps.map((step) => Number(step[value]))]),
  );
}

function shaped({ columns, rows }: Table, { key, columns: names }: Subject, course: Course): Table {
  const made = { name: TREND, type: "Array(UInt64)", unit: "text" };
  const shown = names.flatMap((name) =>
    name === TREND ? [made] : columns.filter((column) => column.name === name),
  );
  return {
    columns: shown,
    rows: rows.map((row) => ({
      ...Object.fromEntries(shown.map(({ name }) => [name, row[name]])),
      [TREND]: course.get(String(row[key])) ?? [],
    })),
  };
}
