// `weir policy explain`: decides one request, given or recorded, and says why.
import { Command } from "commander";
import { createExplainer, type Explainer } from "../../policy/explain/explain.ts";
import {
  chosenRow,
  explainRecorded,
  type RecordedRow,
  recordedDecision,
} from "../../policy/explain/explain-recorded.ts";
import { recordedTuple } from "../../policy/request/recorded-tuple.ts";
import { type ExplanationJson, explanationJson } from "../../policy/explain/explanation-json.ts";
import { requestInWords } from "../../policy/request/request-text.ts";
import type { RequestTuple } from "../../policy/request/tuple.ts";
import type { AdminClient } from "../admin-client.ts";
import { CommandError } from "../command-error.ts";
import { type AskOptions, asking } from "../ask.ts";
import { terminalOf } from "../terminal.ts";
import { readTrace } from "../trace.ts";
import {
  answering,
  EXIT_FINDING,
  EXIT_UNUSABLE,
  type FileOptions,
  print,
  withFiles,
} from "./command.ts";
import { explanationLines, recordedLines } from "./explain-lines.ts";
import { loadInput, UnusableError } from "./input.ts";

interface ExplainOptions extends FileOptions, AskOptions {
  readonly trace?: string;
  readonly span?: string;
}

export function explainCommand(): Command {
  return withFiles(new Command("explain"))
    .description("decide one request, given or recorded, and say why; exit code 1 if it is denied")
    .argument(
      "[fields...]",
      "the request in the order of the model's r, as alice /orders/17 GET; an object as JSON",
    )
    .option(
      "--trace <id>",
      "explain a recorded request instead: by the policy in force, or by the files that -c, --model or --rules name",
    )
    .option("--span <id>", "which of the trace's requests; default: the first that was refused")
    .option("--admin <url>", "where the weir that recorded it is, instead of a config")
    .option("--token <token>", "its admin token; WEIR_ADMIN_TOKEN keeps it out of process lists")
    .action((fields: readonly string[], options: ExplainOptions, command: Command) => {
      const fault = usageFault(fields, options);
      if (fault !== "") command.error(`error: ${fault}`, { exitCode: EXIT_UNUSABLE });
      return answering(options, async () => {
        if (options.trace !== undefined) return explainTrace(options.trace, options);
        const explainer = await explainerOf(options);
        show(explanationJson(explainer.explain(requestOf(fields))), options);
      });
    });
}

/** "" where there is none. */
function usageFault(fields: readonly string[], options: ExplainOptions): string {
  if ((fields.length === 0) === (options.trace === undefined)) {
    return "name the fields of a request, or a recorded one with --trace ID";
  }
  if (options.trace === undefined || options.context === undefined || namesFiles(options))
    return "";
  return "--context is of files: name them with -c, or with --model and --rules";
}

function namesFiles({ config, model, rules }: FileOptions): boolean {
  return [config, model, rules].some((each) => each !== undefined);
}

async function explainerOf(options: FileOptions): Promise<Explainer> {
  const { policy, snapshot } = await loadInput("policies", options);
  return createExplainer(policy, snapshot);
}

/** Throws UnusableError. */
function requestOf(fields: readonly string[]): RequestTuple {
  const request = requestInWords(fields);
  if (typeof request !== "string") return request;
  throw new UnusableError([{ file: "-", line: 0, message: request }]);
}

function explainTrace(id: string, options: ExplainOptions): Promise<void> {
  return asking(options, async (client) => {
    const { requests, trace_id } = await readTrace(client, id.toLowerCase());
    const row = chosenRow(requests, options.span?.toLowerCase());
    if (row === undefined) {
      throw new CommandError("unknown_trace", `no such request of trace ${trace_id} is stored`);
    }
    const request = recordedTuple(row);
    if (typeof request === "string") return showUndecidable(row, request, options);
    show(explainRecorded(row, await decidedNow(request, client, options)), options);
  });
}

/** By the files where some are named, else by the policy that the weir enforces. */
async function decidedNow(
  request: RequestTuple,
  client: AdminClient,
  options: ExplainOptions,
): Promise<ExplanationJson> {
  if (!namesFiles(options)) {
    return (await client.post("/api/v1/policy/explain", { request })) as ExplanationJson;
  }
  return explanationJson((await explainerOf(options)).explain(request));
}

function show(explanation: ExplanationJson, { json }: FileOptions): void {
  const { decision } = explanation;
  if (decision !== "allow") process.exitCode = decision === "deny" ? EXIT_FINDING : EXIT_UNUSABLE;
  if (json) return print(JSON.stringify(explanation));
  for (const line of explanationLines(explanation, terminalOf(process.stdout))) print(line);
}

function showUndecidable(row: RecordedRow, error: string, { json }: FileOptions): void {
  process.exitCode = EXIT_UNUSABLE;
  const recorded = recordedDecision(row);
  if (json) return print(JSON.stringify({ recorded, error }));
  for (const line of recordedLines(recorded, terminalOf(process.stdout))) print(line);
  print(`can't be decided again: ${error}`);
}
