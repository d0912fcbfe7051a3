// `weir query`: a named question, or any reading SQL, answered as a table, JSON, CSV or Markdown.
import { type Command, Option } from "commander";
import { faultLines, loadDashboards } from "../store/dashboards.ts";
import type { Board } from "../store/boards/board.ts";
import type { Panel } from "../store/panels/panel.ts";
import type { AdminClient } from "./admin-client.ts";
import { ownDashboards } from "./ask-address.ts";
import { type AskOptions, asking, askingCommand, patiently, print } from "./ask.ts";
import { renderCourse } from "./course.ts";
import { filterOption } from "./filter-option.ts";
import { renderTable, type Table, type TableColumn } from "./table.ts";
import { renderCsv, renderMarkdown } from "./table-files.ts";
import { terminalOf } from "./terminal.ts";

const FORMATS = ["table", "json", "csv", "markdown"] as const;
type Format = (typeof FORMATS)[number];

type Filters = Readonly<Record<string, string>>;

interface QueryOptions extends AskOptions {
  readonly since?: string;
  readonly until?: string;
  readonly filter?: Filters;
  readonly format?: Format;
  readonly sql?: string;
  readonly list?: true;
  readonly boards?: true;
}

export function queryCommand(): Command {
  return askingCommand("query", [
    new Option("--since <when>", 'age or ISO-8601 time: "15m", "7d" (default: 1h)'),
    new Option("--until <when>", "the same, for the end"),
    filterOption("narrow it down"),
    new Option("--sql <sql>", "a reading SQL statement instead of a name").conflicts([
      "since",
      "until",
      "filter",
    ]),
    new Option("--list", "what can be asked by name"),
    new Option("--boards", "boards, and what is on them"),
    new Option("--format <format>", "how to print it").choices(FORMATS),
  ])
    .description("ask what weir saw, by name or in SQL")
    .argument("[name]", "what to ask; --list names all")
    .action(query);
}

async function query(
  name: string | undefined,
  options: QueryOptions,
  command: Command,
): Promise<void> {
  const { sql } = options;
  if (options.list || options.boards || asksNothing(name, options)) {
    return asking(options, async () => list(options));
  }
  if ((name === undefined) === (sql === undefined)) {
    command.error("error: name one question, or give --sql; --list names all", { exitCode: 2 });
  }
  if (sql?.trim() === "") {
    const words = "--sql wants a statement, such as SELECT count() FROM requests";
    command.error(`error: ${words}`, { exitCode: 2 });
  }
  await asking(options, async (client) => {
    const table = await patiently("asking", ask(client, name, options));
    const window = name === undefined ? "" : ` in the last ${options.since ?? "1h"}`;
    show(table, options, window);
  });
}

function asksNothing(name: string | undefined, options: QueryOptions): boolean {
  const { sql, since, until, filter } = options;
  return [name, sql, since, until, filter].every((each) => each === undefined);
}

interface Answer extends Table {
  /** One of src/store/panels/panel.ts; SQL has none. */
  readonly visual?: string;
}

async function ask(
  client: AdminClient,
  name: string | undefined,
  options: QueryOptions,
): Promise<Answer> {
  if (name === undefined) return askSql(client, options.sql ?? "");
  const { since, until, filter } = options;
  const params = {
    ...filter,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
  return (await client.get(`/api/v1/query/${encodeURIComponent(name)}`, params)) as Answer;
}

interface SqlAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: Table["rows"];
  readonly truncated?: boolean;
}

async function askSql(client: AdminClient, sql: string): Promise<Table> {
  const { columns, rows, truncated } = (await client.post("/api/v1/sql", { sql })) as SqlAnswer;
  if (truncated) process.stderr.write(`weir: only the first ${rows.length} rows\n`);
  return { columns: columns.map((column) => ({ ...column, unit: unitOf(column) })), rows };
}

/** A unit by weir's way of naming columns; SQL says none. */
function unitOf({ name, type }: Pick<TableColumn, "name" | "type">): string {
  const isNumber = /^(?:Nullable\()?(?:U?Int|Float|Decimal)/.test(type);
  if (isNumber && name.endsWith("_ns")) return "ns";
  if (isNumber && name.endsWith("_bytes")) return "bytes";
  if (isNumber && name.endsWith("status")) return "status";
  if (/^(?:Nullable\()?DateTime/.test(type)) return "time";
  if (name.endsWith("trace_id")) return "trace";
  return isNumber ? "number" : "text";
}

/** A course of time without the steps in which nothing was; they are there for charts, and for programs. */
function withoutSilence({ visual, ...table }: Answer): Table {
  if (visual !== "timeseries") return table;
  const counts = table.columns.filter(({ unit }) => unit !== "time" && unit !== "text");
  const isSilent = (row: Table["rows"][number]): boolean =>
    counts.every(({ name: column }) => (row[column] ?? 0) === 0);
  return { ...table, rows: table.rows.filter((row) => !isSilent(row)) };
}

function show(answer: Answer, options: QueryOptions, window: string): void {
  const format = options.json ? "json" : (options.format ?? "table");
  if (format === "json") {
    const { columns, rows } = answer;
    return print([JSON.stringify({ columns, rows })]);
  }
  if (format === "csv") return print(renderCsv(answer));
  const table = withoutSilence(answer);
  const nowMs = Date.now();
  if (format === "markdown") return print(renderMarkdown(table, nowMs));
  if (table.rows.length > 0) return print(drawn(answer, table, nowMs));
  const words = options.until === undefined ? window : " in that time";
  print([`Nothing${words}${window === "" ? ": no rows." : "; --since looks further back."}`]);
}

/** A course of time as lines, all else as a table. */
function drawn(answer: Answer, table: Table, nowMs: number): string[] {
  const look = { ...terminalOf(process.stdout), nowMs };
  const course = answer.visual === "timeseries" ? renderCourse(answer, look) : null;
  return course ?? renderTable(table, look);
}

/** Needs no weir: the files are here. */
function list(options: QueryOptions): void {
  const { panels, boards, faults } = loadDashboards(ownDashboards(options, process.env));
  const rows = options.boards
    ? [...boards.values()].map(describeBoard)
    : [...panels.values()].map(describePanel);
  const names = ["name", "question", options.boards ? "panels" : "filters"];
  const columns = names.map((name) => ({ name, type: "String", unit: "text" }));
  show({ columns, rows: rows.sort((a, b) => (a.name < b.name ? -1 : 1)) }, options, "");
  if (faults.length > 0) process.stderr.write(`${faultLines(faults, faults.length)}\n`);
}

interface Described {
  readonly name: string;
  readonly question: string;
  readonly [column: string]: string;
}

function describePanel({ name, question, parameters }: Panel): Described {
  return { name, question, filters: [...parameters.keys()].join(", ") };
}

function describeBoard({ name, question, rows }: Board): Described {
  const panels = rows.flat().map(({ panel }) => panel);
  return { name, question, panels: [...new Set(panels)].join(", ") };
}
