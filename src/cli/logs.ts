// `weir logs`: services' log lines and access rows, searched; followed, grouped by what they look like, or written to a file.
import { type Command, Option } from "commander";
import { EXPORT_FORMATS, type ExportFormat } from "../store/export-file.ts";
import type { AdminClient, AdminParams } from "./admin-client.ts";
import { type AskOptions, asking, askingCommand, patiently, print } from "./ask.ts";
import { exportFile } from "./export-file.ts";
import { followLogs } from "./logs/follow.ts";
import { type Line, type LinePage, logLine } from "./logs/line.ts";
import { renderTable } from "./table.ts";
import { terminalOf } from "./terminal.ts";

/** Named as the filters of the admin API, with "-" for "_". */
const FILTERS: readonly Option[] = [
  new Option("--since <when>", 'age or ISO-8601 time: "15m", "7d" (default: 1h)'),
  new Option("--until <when>", "the same, for the end"),
  new Option("--source <source>", "only one of both").choices(["access", "service"]),
  new Option("--service <name>", "only this service"),
  new Option("--severity <words>", "only these: error,fatal"),
  new Option("--route <name>", "only this route"),
  new Option("--trace-id <id>", "only this trace"),
];

interface LogsOptions extends AskOptions {
  readonly limit?: string;
  readonly follow?: true;
  readonly patterns?: true;
  readonly export?: string;
  readonly format?: ExportFormat;
}

export function logsCommand(): Command {
  return askingCommand("logs", [
    ...FILTERS,
    new Option("--limit <lines>", "at most so many, the newest (default: 100)"),
    new Option("--follow", "go on with those that come").conflicts(["export", "patterns", "until"]),
    new Option("--patterns", "by what they look like").conflicts("export"),
    new Option("--export <file>", "into a new file, 100,000 lines at most"),
    new Option("--format <format>", "of the file (default: by its name)").choices(EXPORT_FORMATS),
  ])
    .description("log lines of services and access rows together, searched")
    .argument("[words...]", 'what they say: order "not found" part* key=value -without')
    .action((words: readonly string[], options: LogsOptions, command: Command) =>
      asking(options, (client) => logs(client, questionOf(words, command), options)),
    );
}

/** Words with blanks were quoted for the shell: they are phrases. */
function questionOf(words: readonly string[], command: Command): AdminParams {
  const values = command.opts<Readonly<Record<string, string | undefined>>>();
  const given = FILTERS.flatMap((option) => {
    const value = values[option.attributeName()];
    return value === undefined ? [] : [[option.name().replaceAll("-", "_"), value] as const];
  });
  const q = words.map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word));
  return Object.fromEntries([...given, ...(q.length === 0 ? [] : [["q", q.join(" ")] as const])]);
}

async function logs(
  client: AdminClient,
  question: AdminParams,
  options: LogsOptions,
): Promise<void> {
  const { limit } = options;
  const asked = limit === undefined ? question : { ...question, limit };
  if (options.export !== undefined) {
    const { export: file, format } = options;
    return exportFile(client, asked, { from: "logs/export", unit: "lines", file, format });
  }
  if (options.patterns) return showPatterns(client, question, options);
  const page = (await patiently("asking", client.get("/api/v1/logs", asked))) as LinePage;
  const show = (lines: readonly Line[]): void =>
    print(
      lines.map((line) =>
        options.json ? JSON.stringify(line) : logLine(line, terminalOf(process.stdout)),
      ),
    );
  const lines = page.lines.toReversed();
  if (lines.length === 0 && !options.json && !options.follow) {
    return print(["No line matches; --since looks further back."]);
  }
  show(lines);
  if (options.follow) await followLogs(client, question, { known: page.lines, show });
}

interface Patterns {
  readonly patterns: readonly {
    readonly pattern: string;
    readonly service: string;
    readonly severity: string;
    readonly lines: number;
    readonly is_new: boolean;
    readonly is_rare: boolean;
  }[];
}

async function showPatterns(
  client: AdminClient,
  question: AdminParams,
  { json }: LogsOptions,
): Promise<void> {
  const answer = await patiently("asking", client.get("/api/v1/logs/patterns", question));
  if (json) return print([JSON.stringify(answer)]);
  const { patterns } = answer as Patterns;
  if (patterns.length === 0) return print(["No line matches; --since looks further back."]);
  const rows = patterns.map(({ is_new: isNew, is_rare: isRare, ...same }) => ({
    ...same,
    seen: isNew ? "new" : isRare ? "rare" : "",
  }));
  const names = ["pattern", "service", "severity", "seen"];
  const columns = names.map((name) => ({ name, type: "String", unit: "text" }));
  const lines = { name: "lines", type: "UInt64", unit: "count" };
  const look = { ...terminalOf(process.stdout), nowMs: Date.now() };
  print(renderTable({ columns: [lines, ...columns], rows }, look));
}
