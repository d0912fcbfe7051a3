// `weir tail`: requests as they end, one line each, until Ctrl-C or the reader goes away.
import { setTimeout as pause } from "node:timers/promises";
import { type Command, Option } from "commander";
import {
  type AdminClient,
  type AdminParams,
  type EventBytes,
  UNREACHABLE,
} from "./admin-client.ts";
import { CommandError } from "./command-error.ts";
import type { ListedRow } from "../telemetry/columns.ts";
import { type AskOptions, asking, askingCommand, print } from "./ask.ts";
import { readEvents, type StreamEvent } from "./event-stream.ts";
import { count } from "./format.ts";
import { tailLine } from "./tail-line.ts";
import { SHADOW_CHANGES } from "../telemetry/shadow-change.ts";
import { terminalOf } from "./terminal.ts";

const STREAM = "/api/v1/requests/stream";
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

const KINDS = ["request", "decision", "audit"];
const DECISIONS = ["allow", "deny", "none", "error"];

/** Options named as the filters of the admin API, with "-" for "_". */
const FILTERS: readonly Option[] = [
  new Option("--kind <kind>", "only what passed, or what AuthZEN asked").choices(KINDS),
  new Option("--route <name>", "only this route"),
  new Option("--service <name>", "only this service"),
  new Option("--status <status>", 'a status, or a class such as "5xx"'),
  new Option("--method <method>", "only this method"),
  new Option("--principal <name>", "only this caller"),
  new Option("--decision <word>", "only what was so decided").choices(DECISIONS),
  new Option("--shadow <change>", "only what the candidate policy changes").choices(SHADOW_CHANGES),
  new Option("--shadow-revision <name>", "only what this candidate was asked about"),
  new Option("--rule <line>", "only what this rule decided"),
  new Option("--upstream <url>", "only this endpoint"),
  new Option("--path <prefix>", "what the path begins with"),
  new Option("--min-duration-ms <ms>", "only what took as long"),
  new Option("--trace-id <id>", "only this trace"),
];

type TailOptions = AskOptions & Readonly<Record<string, unknown>>;

export function tailCommand(): Command {
  return askingCommand("tail", FILTERS)
    .description("requests as they end, live")
    .action((options: TailOptions, command: Command) =>
      asking(options, (client) => tail(client, filtersOf(command), options)),
    );
}

function filtersOf(command: Command): AdminParams {
  const params: Record<string, string> = {};
  const values = command.opts<Readonly<Record<string, string | undefined>>>();
  for (const option of command.options) {
    const value = values[option.attributeName()];
    if (value === undefined || !FILTERS.includes(option)) continue;
    const isClass = option.long === "--status" && /^[1-5]xx$/.test(value);
    params[isClass ? "status_class" : option.name().replaceAll("-", "_")] = value;
  }
  return params;
}

type Open = () => Promise<EventBytes>;

/** Ends by a signal or with its reader; goes on when weir starts again. */
async function tail(client: AdminClient, filters: AdminParams, options: AskOptions): Promise<void> {
  const { signal, release } = untilNobodyReads();
  const open: Open = () => client.stream(STREAM, filters, signal);
  try {
    let events = await open();
    for (;;) {
      await showAll(events, options.json ? showJson : showLine);
      if (signal.aborted) return;
      tell(`the stream from ${client.url} broke off; requests are not shown until it is back`);
      events = await reopen(open, signal);
      tell("the stream is back");
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  } finally {
    release();
  }
}

/** Until the stream ends, however it does. */
async function showAll(events: EventBytes, show: (event: StreamEvent) => void): Promise<void> {
  try {
    for await (const event of readEvents(events)) show(event);
  } catch {
    // Whether it broke or was ended is told by whoever waits for the next one.
  }
}

/** Rejects with CommandError where weir refuses; tries again where it can't be reached. */
async function reopen(open: Open, signal: AbortSignal): Promise<EventBytes> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    await pause(pauseMs, undefined, { signal });
    try {
      return await open();
    } catch (thrown) {
      if (!(thrown instanceof CommandError && thrown.code === UNREACHABLE)) throw thrown;
    }
  }
}

function untilNobodyReads(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  process.stdout.once("error", end);
  return {
    signal: controller.signal,
    release: () => process.off("SIGINT", end).off("SIGTERM", end),
  };
}

function showLine({ type, data }: StreamEvent): void {
  if (type === "request")
    return print([tailLine(JSON.parse(data) as ListedRow, terminalOf(process.stdout))]);
  if (type === "skipped") tellSkipped(data);
}

function showJson({ type, data }: StreamEvent): void {
  if (type === "request") return print([data.replaceAll("\n", " ")]);
  if (type === "skipped") tellSkipped(data);
}

function tellSkipped(data: string): void {
  const { rows = 0 } = JSON.parse(data) as { readonly rows?: number };
  tell(`${count(rows)} requests skipped: they came faster than they could be shown`);
}

function tell(words: string): void {
  process.stderr.write(`weir: ${words}\n`);
}
