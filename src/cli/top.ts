// `weir top`: routes, upstreams, callers, rules or services by what they do now, redrawn in place; printed once where nobody watches.
import { type Command, InvalidArgumentError, Option } from "commander";
import { type AskOptions, asking, askingCommand, patiently, print } from "./ask.ts";
import { headOf, renderTable } from "./table.ts";
import { terminalOf } from "./terminal.ts";
import { createFeed, type TopSample } from "./top/feed.ts";
import { SUBJECT_NAMES, type SubjectName, SUBJECTS, TREND } from "./top/subjects.ts";
import { firstState, sortColumn, sorted, sortedBy, topTable, type TopState } from "./top/view.ts";
import { watchTop } from "./top/watch.ts";

interface TopOptions extends AskOptions {
  readonly by: SubjectName;
  readonly sort?: string;
  readonly since: number;
  readonly every: number;
  readonly service: string;
  readonly once?: true;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const LEAST_WINDOW_MS = 10_000;
/** Longer ones are stored in coarser steps: they are for `weir query`. */
const MOST_WINDOW_MS = 2 * 3_600_000;
const MOST_EVERY_S = 3600;

export function topCommand(): Command {
  return askingCommand("top", [
    new Option("--by <what>", "a line for each of these").choices(SUBJECT_NAMES).default("route"),
    new Option("--sort <column>", "by a column, such as p95 (default: the rate)"),
    new Option("--since <age>", "figures of the last: 10s to 2h")
      .argParser(readWindow)
      .default(UNIT_MS["m"], "1m"),
    new Option("--every <seconds>", "how often to ask").argParser(readEvery).default(2),
    new Option("--service <name>", "only this service").default("", "all"),
    new Option("--once", "print it once, as to a pipe"),
  ])
    .description("what carries the traffic, fails and is slow now, live")
    .action(top);
}

function readWindow(text: string): number {
  const [, amount, unit = ""] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  if (ms >= LEAST_WINDOW_MS && ms <= MOST_WINDOW_MS) return ms;
  throw new InvalidArgumentError("It is an age from 10s to 2h, such as 5m.");
}

function readEvery(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,4}$/.test(text) && seconds >= 1 && seconds <= MOST_EVERY_S) return seconds;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_EVERY_S}.`);
}

async function top(options: TopOptions, command: Command): Promise<void> {
  const { by, sort, service, since: windowMs } = options;
  const column = sort === undefined ? SUBJECTS[by].rate : sortColumn(by, sort);
  if (column === null || column === TREND) {
    const heads = SUBJECTS[by].columns.filter((name) => name !== TREND);
    const words = `--sort is one of ${heads.map((name) => headOf({ name })).join(", ")}`;
    command.error(`error: ${words}`, { exitCode: 2 });
  }
  const state = sortedBy(firstState(by), column);
  const isWatched = process.stdout.isTTY && !options.once && !options.json;
  await asking(options, async (client) => {
    const feed = createFeed(client, { windowMs, service });
    if (!isWatched) {
      const sample = await patiently("asking", feed.ask(SUBJECTS[by], Date.now()));
      return printOnce(sample, state, options);
    }
    const streams = { input: process.stdin, output: process.stdout };
    await watchTop(feed, state, { streams, options: { windowMs, everyMs: options.every * 1000 } });
  });
}

function printOnce({ table, atMs }: TopSample, state: TopState, { json }: TopOptions): void {
  if (json) return print([JSON.stringify({ ...table, rows: sorted(table, state) })]);
  if (table.rows.length === 0) return print(["Nothing in that time; --since looks further back."]);
  const look = { ...terminalOf(process.stdout), nowMs: atMs };
  print(renderTable(topTable(table, state, look.width), look));
}
