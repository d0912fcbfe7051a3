// `weir policy decide`: decides a file of requests, one JSON line for each.
import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { decideLines } from "../../policy/decide-lines.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { answering, EXIT_UNUSABLE, type FileOptions, withFiles } from "./command.ts";
import { loadInput } from "./input.ts";
import { requestLines } from "./request-lines.ts";

export function decideCommand(): Command {
  return withFiles(new Command("decide"))
    .description("decide requests, one JSON array a line; answers one JSON object a line")
    .requiredOption("--requests <file>", "the requests; - for standard input")
    .action((options: FileOptions & { readonly requests: string }) =>
      answering(options, async () => {
        const { snapshot } = await loadInput("policies", options);
        for await (const lines of requestLines(options.requests)) {
          if (!(await written(answersTo(snapshot, lines)))) return;
        }
      }),
    );
}

function answersTo(snapshot: PolicySnapshot, lines: readonly string[]): string {
  let text = "";
  for (const decided of decideLines(snapshot, lines, systemClock.nowNs)) {
    if (decided.error !== undefined) process.exitCode = EXIT_UNUSABLE;
    text += `${JSON.stringify(decided)}\n`;
  }
  return text;
}

/** Waits for the reader; false once it is gone. */
function written(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}
