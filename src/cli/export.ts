// `weir export FILE`: request rows, whole, into a new file.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AdminParams } from "./admin-client.ts";
import { type AskOptions, asking, askingCommand } from "./ask.ts";
import { exportFile, FORMATS } from "./export-file.ts";

interface ExportOptions extends AskOptions {
  readonly since?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly filter?: AdminParams;
  readonly format?: (typeof FORMATS)[number];
}

export function exportCommand(): Command {
  return askingCommand("export", [
    new Option("--since <when>", 'age or ISO-8601 time: "15m", "7d" (default: 1h)'),
    new Option("--until <when>", "the same, for the end"),
    new Option("--filter <key=value>", "narrow it down: route=orders; can repeat").argParser(
      readFilter,
    ),
    new Option(
      "--limit <rows>",
      "at most so many, the newest (default: 100000, which is the most)",
    ),
    new Option("--format <format>", "of the file (default: by its name)").choices(FORMATS),
  ])
    .description("request rows into a new file: JSON lines, CSV or Parquet")
    .argument("<file>", "its name, such as requests.parquet")
    .action((file: string, options: ExportOptions) =>
      asking(options, async (client) => {
        const { since, until, limit, filter, format } = options;
        const given = Object.entries({ since, until, limit }).filter(([, value]) => value);
        const params = { ...filter, ...(Object.fromEntries(given) as AdminParams) };
        await exportFile(client, params, { from: "requests/export", unit: "rows", file, format });
      }),
    );
}

function readFilter(text: string, before: AdminParams = {}): AdminParams {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is KEY=VALUE, such as route=orders.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
