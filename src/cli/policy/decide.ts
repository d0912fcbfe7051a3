// `weir policy decide`: decides a file of requests, one JSON line for each.
import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import {
  type AskedLine,
  askedLines,
  decideLines,
  type SnapshotOf,
} from "../../policy/request/decide-lines.ts";
import { loadPolicy } from "../../policy/load.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { faultText, type PolicySource } from "../../policy/source.ts";
import { answering, EXIT_UNUSABLE, type FileOptions, withFiles } from "./command.ts";
import { loadInput } from "./input.ts";
import { requestLines } from "./request-lines.ts";

export function decideCommand(): Command {
  return withFiles(new Command("decide"))
    .description("decide a file of requests, a JSON array a line; prints a JSON object for each")
    .requiredOption("--requests <file>", "the requests; - for standard input")
    .action((options: FileOptions & { readonly requests: string }) =>
      answering(options, async () => {
        const input = await loadInput("policies", options);
        const contexts: Contexts = new Map([[null, input.snapshot]]);
        for await (const lines of requestLines(options.requests)) {
          const asked = askedLines(lines);
          await loadContexts(asked, input.source, contexts);
          if (!(await written(answersTo(asked, contexts)))) return;
        }
      }),
    );
}

type Contexts = Map<string | null, PolicySnapshot | string>;

/** Each is a policy of its own in memory. */
const MAX_CONTEXTS = 16;
const TOO_MANY = `more than ${MAX_CONTEXTS} contexts in one run`;

async function loadContexts(
  asked: readonly AskedLine[],
  source: PolicySource,
  contexts: Contexts,
): Promise<void> {
  for (const request of asked) {
    if (typeof request === "string" || request.context === null) continue;
    const { context } = request;
    if (contexts.has(context) || contexts.size > MAX_CONTEXTS) continue;
    const load = await loadPolicy({ ...source, context }, { request: null });
    contexts.set(context, load.ok ? load.snapshot : load.faults.map(faultText).join("; "));
  }
}

function answersTo(asked: readonly AskedLine[], contexts: Contexts): string {
  let text = "";
  const snapshotOf: SnapshotOf = (context) => contexts.get(context) ?? TOO_MANY;
  for (const decided of decideLines(asked, snapshotOf, systemClock.nowNs)) {
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
