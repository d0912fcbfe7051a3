// `weir policy replay`: decides recorded requests again under a candidate policy; gains first, then losses.
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  createReplay,
  replayAll,
  type ReplayResult,
  undecidedOf,
} from "../../policy/replay/replay.ts";
import type { AdminClient } from "../admin-client.ts";
import { type AskOptions, asking, askingCommand } from "../ask.ts";
import { progressOf } from "../progress.ts";
import { askRecorded, type RecordedStream } from "../recorded.ts";
import { terminalOf } from "../terminal.ts";
import { answering, EXIT_FINDING, EXIT_UNUSABLE, print } from "./command.ts";
import { loadInput, type PolicyFileOptions, type PolicyInput } from "./input.ts";
import { type Narrowed, paramsOf, windowOptions } from "./recorded-window.ts";
import { replayLines } from "./replay-report.ts";

const KINDS = { "new-allow": "gains", "new-deny": "losses" } as const;
const CHANGES = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];
/** What was decided then and can't be decided again is no change, yet nobody knows that it is none. */
const UNDECIDED = "undecided";
type Kind = keyof typeof KINDS | typeof UNDECIDED;

interface ReplayOptions extends AskOptions, PolicyFileOptions, Narrowed {
  readonly candidate?: string;
  readonly failOn: readonly Kind[];
  readonly allowEmpty?: true;
  readonly limit: number;
}

export function replayCommand(): Command {
  return askingCommand("replay", [
    new Option("--candidate <dir>", "folder of the candidate's model.conf and policy.csv"),
    new Option("--model <file>", "its model; default: the folder's, or the config's"),
    new Option("--rules <file>", "its rules; default: the folder's, or the config's"),
    new Option("--context <name>", "which definitions of its model decide; default: the config's"),
    ...windowOptions(),
    new Option(
      "--fail-on <kinds>",
      "changes that give exit code 1: new-deny, new-allow, or both; with undecided: exit code 2 for any request that can't be decided again",
    )
      .argParser(readKinds)
      .default(CHANGES, "new-deny,new-allow"),
    new Option("--allow-empty", "exit code 0, not 2, if no decision was recorded in that time"),
    new Option("--limit <groups>", "how many gains and losses are listed")
      .argParser(readLimit)
      .default(20),
  ])
    .description(
      "decide recorded requests again by a candidate policy; exit code 1 if decisions change, 2 if none could be decided",
    )
    .action((options: ReplayOptions, command: Command) => {
      const { candidate, model, rules } = options;
      if (candidate === undefined && model === undefined && rules === undefined) {
        const words = "name what to try: --candidate DIR, or --model and --rules";
        command.error(`error: ${words}`, { exitCode: EXIT_UNUSABLE });
      }
      return answering(options, async () => {
        const input = await loadInput(candidate ?? "policies", filesOf(options));
        await asking(options, (client) => replay(client, input, options));
      });
    });
}

/** A folder is whole by itself; single files are in place of the config's. */
function filesOf({ candidate, config, model, rules, context }: ReplayOptions): PolicyFileOptions {
  return {
    ...(context === undefined ? {} : { context }),
    ...(config === undefined || candidate !== undefined ? {} : { config }),
    ...(model === undefined ? {} : { model }),
    ...(rules === undefined ? {} : { rules }),
  };
}

function readKinds(text: string): readonly Kind[] {
  const kinds = text.split(",").map((word) => word.trim());
  const isKind = (word: string): word is Kind => word === UNDECIDED || Object.hasOwn(KINDS, word);
  if (kinds.every(isKind)) return kinds;
  const words = "It is new-deny, new-allow, undecided, or some of them with commas between.";
  throw new InvalidArgumentError(words);
}

function readLimit(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number up to 9999.");
}

async function replay(
  client: AdminClient,
  input: PolicyInput,
  options: ReplayOptions,
): Promise<void> {
  const recorded = await askRecorded(client, paramsOf(options));
  const { snapshot, policy } = input;
  const run = createReplay({ snapshot, arity: policy.model.request.length });
  const progress = progressOf("replaying", recorded.requests);
  try {
    await replayAll(recorded.batches, run, progress.add);
  } finally {
    progress.end();
  }
  const result = run.result(options.limit);
  const blindness = blindnessOf(result, options);
  process.exitCode = exitCodeOf(result, options);
  if (blindness !== "" && !options.json) process.stderr.write(`weir: ${blindness}\n`);
  show({ input, recorded, result }, options);
}

/** A finding is one, whatever else was not seen. */
function exitCodeOf(result: ReplayResult, options: ReplayOptions): number {
  const hasFinding = CHANGES.some(
    (kind) => options.failOn.includes(kind) && result[KINDS[kind]].requests > 0,
  );
  if (hasFinding) return EXIT_FINDING;
  return blindnessOf(result, options) === "" ? 0 : EXIT_UNUSABLE;
}

/** Why a gate that relies on this replay must not open; "" where it may. */
function blindnessOf(result: ReplayResult, { failOn, allowEmpty }: ReplayOptions): string {
  const { requests, replayed } = result;
  const undecided = undecidedOf(result);
  if (replayed === 0 && undecided > 0) return `none of ${requests} requests could be decided again`;
  if (replayed === 0 && !allowEmpty) return NOTHING;
  const isWanting = undecided > 0 && failOn.includes(UNDECIDED);
  return isWanting ? `${undecided} of ${requests} requests could not be decided again` : "";
}

const NOTHING =
  "no decision was recorded in that time, so this shows nothing; --allow-empty takes that for well";

export interface Replayed {
  readonly input: Pick<PolicyInput, "source" | "snapshot">;
  readonly recorded: Pick<RecordedStream, "since" | "until">;
  readonly result: ReplayResult;
}

function show(replayed: Replayed, { json }: ReplayOptions): void {
  const ok = process.exitCode === 0;
  if (json) return print(JSON.stringify({ ok, ...asJson(replayed) }));
  for (const line of replayLines(replayed, terminalOf(process.stdout), Date.now())) print(line);
}

function asJson({ input: { source, snapshot }, recorded, result }: Replayed): object {
  const { gains, losses, ...counts } = result;
  return {
    revision: snapshot.revision,
    candidate: { model: source.modelFile, rules: source.rulesFile, rules_count: snapshot.rules },
    since: recorded.since,
    until: recorded.until,
    ...counts,
    gained_requests: gains.requests,
    gained_groups: gains.groups,
    gains: gains.shown,
    lost_requests: losses.requests,
    lost_groups: losses.groups,
    losses: losses.shown,
  };
}
