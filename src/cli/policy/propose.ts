// `weir policy propose`: a least-privilege policy from what was allowed, proved by replay before it is shown.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { loadPolicy } from "../../policy/load.ts";
import { createObserver, type Observed, type TupleShape } from "../../policy/propose/observe.ts";
import { modelText, rulesText } from "../../policy/propose/proposal-text.ts";
import { type Proposal, propose } from "../../policy/propose/proposal.ts";
import { unusedRules } from "../../policy/propose/unused.ts";
import { createReplay, replayAll, type ReplayResult } from "../../policy/replay/replay.ts";
import type { PolicySource } from "../../policy/source.ts";
import type { AdminClient, AdminParams } from "../admin-client.ts";
import { CommandError } from "../command-error.ts";
import { type AskOptions, asking, askingCommand } from "../ask.ts";
import { progressOf } from "../progress.ts";
import { askRecorded } from "../recorded.ts";
import { answering, EXIT_FINDING, EXIT_UNUSABLE, print } from "./command.ts";
import { type InForce, readInForce } from "./in-force.ts";
import { UnusableError } from "./input.ts";
import { proposalJson, proposalLines, type Proposed } from "./propose-report.ts";
import { type Narrowed, paramsOf, windowOptions } from "./recorded-window.ts";

interface ProposeOptions extends AskOptions, Narrowed {
  readonly minSupport: number;
  readonly out?: string;
  readonly force?: true;
}

/** What is answered now is in the store by then, so that reading twice finds the same. */
const SETTLED = "10s";
const LISTED = 20;

export function proposeCommand(): Command {
  return askingCommand("propose", [
    ...windowOptions(),
    new Option("--min-support <requests>", "leave out what was used less often")
      .argParser(readSupport)
      .default(1),
    new Option("--out <dir>", "write model.conf and policy.csv there, instead of printing rules"),
    new Option("--force", "write over files that are there"),
  ])
    .description(
      "derive a least-privilege policy from what was allowed; exit code 1 if it loses some of that, 2 if some can't be read",
    )
    .action((options: ProposeOptions) =>
      answering(options, async () => {
        demandRoom(options);
        const inForce = await readInForce(options);
        await asking(options, (client) => answer(client, inForce, options));
      }),
    );
}

function readSupport(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a number of requests, 1 or more.");
}

const FILES = { model: "model.conf", rules: "policy.csv" } as const;

function demandRoom({ out, force }: ProposeOptions): void {
  if (out === undefined || force) return;
  const faults = Object.values(FILES)
    .map((name) => join(out, name))
    .filter((file) => existsSync(file))
    .map((file) => ({ file, line: 0, message: "is there already; --force writes over it" }));
  if (faults.length > 0) throw new UnusableError(faults);
}

async function answer(
  client: AdminClient,
  inForce: InForce,
  options: ProposeOptions,
): Promise<void> {
  const asked = paramsOf({ until: SETTLED, ...options });
  const { observed, window } = await observe(client, asked, inForce.shape);
  if (observed.allowedRequests === 0) throw nothingAllowed(observed);
  const proposal = propose(observed, options.minSupport);
  const source = sourceOf(proposal, inForce, window);
  const proof = await prove(client, { ...asked, ...window }, { source, inForce });
  const isWhole = options.route === undefined && options.principal === undefined;
  const unused = isWhole ? unusedRules(inForce.rules, observed.rules) : [];
  const lost = proof.losses.requests - proposal.belowSupport;
  if (observed.unreadable > 0) process.exitCode = EXIT_UNUSABLE;
  if (lost > 0) process.exitCode = EXIT_FINDING;
  if (options.out !== undefined) write(options.out, source);
  show({ observed, proposal, source, proof, unused, window }, options);
}

interface Window {
  readonly since: string;
  readonly until: string;
}

async function observe(
  client: AdminClient,
  params: AdminParams,
  shape: TupleShape,
): Promise<{ readonly observed: Observed; readonly window: Window }> {
  const { since, until, requests, batches } = await askRecorded(client, params);
  const observer = createObserver(shape);
  const progress = progressOf("reading", requests);
  try {
    for await (const groups of batches) {
      if (!groups.every((group) => observer.add(group))) throw tooMuch();
      progress.add(groups.reduce((sum, group) => sum + group.requests, 0));
    }
  } finally {
    progress.end();
  }
  return { observed: observer.observed(), window: { since, until } };
}

function tooMuch(): CommandError {
  const words = "too many different paths and callers for one proposal: narrow it down";
  return new CommandError("too_much", `${words} with --route, --principal or a shorter time`);
}

function nothingAllowed({ deniedRequests }: Observed): CommandError {
  const denied = deniedRequests > 0 ? `; ${deniedRequests} requests were denied` : "";
  const words = `nothing was allowed by a policy in that time, so there is nothing to propose${denied}`;
  return new CommandError("nothing_allowed", words);
}

function sourceOf(proposal: Proposal, { shape, request }: InForce, window: Window): PolicySource {
  return {
    modelText: modelText(shape),
    modelFile: FILES.model,
    rulesText: rulesText(proposal, { shape, request, ...window }),
    rulesFile: FILES.rules,
  };
}

interface Proved {
  readonly source: PolicySource;
  readonly inForce: InForce;
}

/** Reads the requests once more and decides them by the proposal. */
async function prove(
  client: AdminClient,
  params: AdminParams,
  { source, inForce }: Proved,
): Promise<ReplayResult> {
  const load = await loadPolicy(source, { request: inForce.request });
  if (!load.ok) throw new UnusableError(load.faults);
  const recorded = await askRecorded(client, params);
  const replay = createReplay({ snapshot: load.snapshot, arity: inForce.request.length });
  const progress = progressOf("proving", recorded.requests);
  try {
    await replayAll(recorded.batches, replay, progress.add);
  } finally {
    progress.end();
  }
  return replay.result(LISTED);
}

function write(folder: string, { modelText: model, rulesText: rules }: PolicySource): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILES.model), model);
  writeFileSync(join(folder, FILES.rules), rules);
}

/** Rules alone on standard output, so that they can be piped into a file. */
function show(proposed: Proposed, { json, out }: ProposeOptions): void {
  if (json) return print(JSON.stringify(proposalJson(proposed)));
  const words = `${proposalLines(proposed, LISTED).join("\n")}\n`;
  if (out !== undefined) return void process.stdout.write(words);
  process.stdout.write(proposed.source.rulesText);
  process.stderr.write(words);
}
