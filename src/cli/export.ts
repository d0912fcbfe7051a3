// `weir export FILE`: request rows, whole, into a new file.
import { type Command, Option } from "commander";
import { EXPORT_FORMATS, type ExportFormat } from "../store/export-file.ts";
import type { AdminParams } from "./admin-client.ts";
import { type AskOptions, asking, askingCommand } from "./ask.ts";
import { exportFile } from "./export-file.ts";
import { filterOption } from "./filter-option.ts";

interface ExportOptions extends AskOptions {
  readonly since?: string;
  readonly until?: string;
  readonly limit?: string;
  readonly filter?: AdminParams;
  readonly format?: ExportFormat;
}

export function exportCommand(): Command {
  return askingCommand("export", [
    new Option("--since <when>", 'age or ISO-8601 time: "15m", "7d" (default: 1h)'),
    new Option("--until <when>", "the same, for the end"),
    filterOption("narrow it down"),
    new Option(
      "--limit <rows>",
      "at most so many, the newest (default: 100000, which is the most)",
    ),
    new Option("--format <format>", "of the file (default: by its name)").choices(EXPORT_FORMATS),
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
