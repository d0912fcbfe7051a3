// `weir alerts test`: has rules look at the past, step by step, and shows when they would have fired.
import { dirname, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { durationMs, durationText } from "../../alerts/duration.ts";
import type { Fired } from "../../alerts/replay.ts";
import { formatFaults } from "../../config/fault.ts";
import { loadSection } from "../../config/load.ts";
import type { AdminClient } from "../admin-client.ts";
import { CommandError } from "../command-error.ts";
import { type AskOptions, asking, askingCommand, print } from "../ask.ts";
import { progressOf } from "../progress.ts";
import { renderTable } from "../table.ts";
import { terminalOf } from "../terminal.ts";
import { replayRule } from "./replay-rule.ts";
import { readWritten, type WrittenRule } from "./written-rules.ts";

interface TestOptions extends AskOptions {
  readonly file?: string;
  readonly rule?: string;
  readonly since: number;
  readonly step?: number;
}

const LEAST_STEP_MS = 60_000;

export function alertsTestCommand(): Command {
  return askingCommand("test", [
    new Option("--file <file>", "the file of alerts, instead of the config's"),
    new Option("--rule <name>", "only this rule"),
    new Option("--since <age>", "how far back: 24h, 7d")
      .default(7 * 86_400_000, "7d")
      .argParser(readAge),
    new Option(
      "--step <age>",
      "between two looks; by default the rule's own, at least 1m",
    ).argParser(readAge),
  ])
    .description("when rules would have fired, by what is recorded")
    .action(test);
}

function readAge(text: string): number {
  const ms = durationMs(text);
  if (ms === null || ms < 1_000) throw new InvalidArgumentError("It is an age, such as 24h or 7d.");
  return ms;
}

async function test(options: TestOptions): Promise<void> {
  await asking(options, async (client) => {
    const all = readWritten(fileOf(options));
    const rules = all.filter(({ rule: { name } }) => name === (options.rule ?? name));
    if (rules.length === 0) {
      const names = all.map(({ rule: { name } }) => name).join(", ");
      throw new CommandError(
        "bad_usage",
        `there is no rule ${options.rule ?? ""}; there are ${names}`,
      );
    }
    for (const written of rules) await testOne(client, written, options);
  });
}

function fileOf({ file, config = "weir.yaml" }: TestOptions): string {
  if (file !== undefined) return resolve(file);
  const section = loadSection(config, "alerts", process.env);
  if (!section.ok) throw new CommandError("bad_config", formatFaults(section.faults));
  if (section.value === undefined) {
    throw new CommandError(
      "bad_config",
      `${config}: alerts: is not there; name a file with --file`,
    );
  }
  return resolve(dirname(config), section.value);
}

async function testOne(
  client: AdminClient,
  written: WrittenRule,
  { since, step, json }: TestOptions,
): Promise<void> {
  const { name, everyMs } = written.rule;
  const stepMs = step ?? Math.max(everyMs, LEAST_STEP_MS);
  const untilMs = Math.floor(Date.now() / stepMs) * stepMs;
  const looks = Math.max(1, Math.floor(since / stepMs));
  const progress = progressOf(`looking back with ${name}`, looks);
  const window = { fromMs: untilMs - (looks - 1) * stepMs, stepMs, looks };
  try {
    const fired = await replayRule(client, written, { ...window, looked: progress.add });
    progress.end();
    if (json) {
      const step = durationText(stepMs);
      return print([JSON.stringify({ rule: name, looks, step, fired: fired.map(jsonOf) })]);
    }
    print(linesOf(written, fired, window));
  } finally {
    progress.end();
  }
}

function jsonOf({ labels, firedAtMs, resolvedAtMs, summary }: Fired): object {
  const time = (ms: number | null): string | null =>
    ms === null ? null : new Date(ms).toISOString();
  return { labels, fired_at: time(firedAtMs), resolved_at: time(resolvedAtMs), summary };
}

const COLUMNS = [
  { name: "fired", unit: "time" },
  { name: "ended", unit: "time" },
  { name: "lasted", unit: "ns" },
  { name: "summary", unit: "text" },
].map((column) => ({ ...column, type: "String" }));

function linesOf(
  { rule }: WrittenRule,
  fired: readonly Fired[],
  { stepMs, looks }: { readonly stepMs: number; readonly looks: number },
): readonly string[] {
  const times = fired.length === 1 ? "once" : `${fired.length} times`;
  const over = `${durationText(looks * stepMs)}, looking each ${durationText(stepMs)}`;
  const head = `${rule.name}: would have fired ${fired.length === 0 ? "never" : times} in ${over}.`;
  if (fired.length === 0) return [head];
  const rows = fired.map(({ labels, firedAtMs, resolvedAtMs, summary }) => ({
    fired: new Date(firedAtMs).toISOString(),
    ended: resolvedAtMs === null ? null : new Date(resolvedAtMs).toISOString(),
    lasted: resolvedAtMs === null ? null : (resolvedAtMs - firedAtMs) * 1e6,
    summary: summary === "" ? JSON.stringify(labels) : summary,
  }));
  const shown = { ...terminalOf(process.stdout), nowMs: Date.now() };
  return [head, ...renderTable({ columns: COLUMNS, rows }, shown)];
}
