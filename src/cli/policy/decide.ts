// `weir policy decide`: decides a file of requests, one JSON line for each.
import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { decideLines } from "../../policy/decide-lines.ts";
import {
  answering,
  EXIT_UNUSABLE,
  type FileOptions,
  print,
  readText,
  withFiles,
} from "./command.ts";
import { loadInput } from "./input.ts";

export function decideCommand(): Command {
  return withFiles(new Command("decide"))
    .description("decide requests, one JSON array a line; answers one JSON object a line")
    .requiredOption("--requests <file>", "the requests; - for standard input")
    .action((options: FileOptions & { readonly requests: string }) =>
      answering(options, async () => {
        const { snapshot } = await loadInput("policies", options);
        const lines = readText(options.requests === "-" ? 0 : options.requests).split("\n");
        for (const decided of decideLines(snapshot, lines, systemClock.nowNs)) {
          if (decided.error !== undefined) process.exitCode = EXIT_UNUSABLE;
          print(JSON.stringify(decided));
        }
      }),
    );
}
