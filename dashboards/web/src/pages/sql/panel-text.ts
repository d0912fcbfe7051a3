// A statement as the file of a panel, which people put into a dashboards folder of their own.
import { isTime, type SqlAnswer, unitOf } from "./answer.ts";

export interface PanelWords {
  readonly title: string;
  readonly question: string;
}

interface PanelFile {
  readonly name: string;
  readonly text: string;
  /** What the file can't say yet. */
  readonly advice: readonly string[];
}

const LAST = /\b([\w.]+) >=? ?now(?:64)?\(\d?\) - INTERVAL '?\d+'? \w+/gi;
const WINDOW = "$1 >= {since:DateTime64(3, 'UTC')} AND $1 < {until:DateTime64(3, 'UTC')}";

export function panelFile(
  sql: string,
  { title, question }: PanelWords,
  { columns, rows }: Pick<SqlAnswer, "columns" | "rows">,
): PanelFile {
  const time = columns.find(isTime);
  const named = columns.filter(({ name }) => /^\w+$/.test(name));
  const isCourse = time?.name === "time";
  const visual = isCourse
    ? "timeseries"
    : rows.length === 1 && time === undefined
      ? "stat"
      : "table";
  const query = withoutComments(sql).replaceAll(LAST, WINDOW);
  const text = [
    `-- title: ${lineOf(title)}`,
    `-- question: ${lineOf(question)}`,
    `-- visual: ${visual}`,
    ...named.map((column) => `-- column ${column.name}: ${unitOf(column)}`),
    query,
    "",
  ].join("\n");
  const advice = [
    named.length < columns.length
      ? `Name with AS what has no plain name: ${columns
          .filter((c) => !named.includes(c))
          .map(({ name }) => name)
          .join(", ")}.`
      : "",
    time !== undefined && !isCourse ? `Call ${time.name} “time” to have it drawn as lines.` : "",
    query.includes("{since:")
      ? "Its window is that of the board, instead of the last INTERVAL."
      : "It knows no range: write started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {until:DateTime64(3, 'UTC')}.",
  ];
  return { name: fileName(title), text, advice: advice.filter((words) => words !== "") };
}

/** What stands before a query would be read as part of the header; one statement ends by itself. */
function withoutComments(sql: string): string {
  return sql
    .trim()
    .replace(/^(?:--[^\n]*\n\s*)+/, "")
    .replace(/;\s*$/, "");
}

function lineOf(words: string): string {
  return words.replace(/\s+/g, " ").trim().slice(0, 200);
}

function fileName(title: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? ["panel"];
  return `${words.join("-").slice(0, 60)}.sql`;
}
