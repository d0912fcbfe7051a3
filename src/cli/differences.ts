// `weir differences`: what the slow or the failed requests have that the others of a window have not.
import { type Command, InvalidArgumentError, Option } from "commander";
import { durationMs, durationText } from "../alerts/duration.ts";
import type { AdminParams } from "./admin-client.ts";
import { type AskOptions, asking, askingCommand, patiently, print } from "./ask.ts";
import { filterOption } from "./filter-option.ts";
import { count } from "./format.ts";
import { renderTable } from "./table.ts";
import { terminalOf } from "./terminal.ts";

interface DifferencesOptions extends AskOptions {
  readonly since?: string;
  readonly until?: string;
  readonly from?: string;
  readonly to?: string;
  readonly slowerThan?: number;
  readonly fasterThan?: number;
  readonly failed?: true;
  readonly status?: string;
  readonly filter?: AdminParams;
}

export function differencesCommand(): Command {
  return askingCommand("differences", [
    new Option("--slower-than <time>", "of those that took longer: 200ms, 1s").argParser(readTime),
    new Option("--faster-than <time>", "of those that took less").argParser(readTime),
    new Option("--failed", "of those that failed (5xx)").conflicts("status"),
    new Option("--status <class>", "of those that ended so: 4xx"),
    new Option("--from <when>", 'of those from then on: "10m", or an ISO-8601 time'),
    new Option("--to <when>", "of those until then"),
    new Option("--since <when>", "compared with the others since then (default: 1h)"),
    new Option("--until <when>", "the same, for the end"),
    filterOption("only among these"),
  ])
    .description("what is different about slow, failed or some time's requests")
    .action((options: DifferencesOptions, command: Command) => {
      const selection = selectionOf(options);
      if (Object.keys(selection).length === 0) {
        const words =
          "say of which: --slower-than, --faster-than, --failed, --status, --from, --to";
        command.error(`error: ${words}`, { exitCode: 2 });
      }
      return asking(options, async (client) => {
        const params = { ...options.filter, ...given({ ...selection, ...windowOf(options) }) };
        const asked = client.get("/api/v1/differences", params);
        const answer = await patiently("comparing", asked);
        if (options.json) return print([JSON.stringify(answer)]);
        print(linesOf(answer as Differences, options));
      });
    });
}

function readTime(text: string): number {
  const ms = durationMs(text);
  if (ms === null) throw new InvalidArgumentError("It is a time, such as 200ms or 1s.");
  return ms;
}

function selectionOf(options: DifferencesOptions): AdminParams {
  const { slowerThan, fasterThan, failed, status, from, to } = options;
  return given({
    selected_min_duration_ms: slowerThan?.toString(),
    selected_max_duration_ms: fasterThan?.toString(),
    selected_status_class: failed ? "5xx" : status,
    selected_since: from,
    selected_until: to,
  });
}

function windowOf({ since, until }: DifferencesOptions): Partial<AdminParams> {
  return given({ since, until });
}

function given(params: Readonly<Record<string, string | undefined>>): AdminParams {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

interface Sides {
  readonly selected: number;
  readonly rest: number;
}

/** As GET /api/v1/differences answers. */
interface Differences {
  readonly requests: Sides;
  readonly compared: Sides;
  readonly attributes: readonly {
    readonly attribute: string;
    readonly values: readonly (Sides & { readonly value: string; readonly score: number })[];
  }[];
}

const COLUMNS = [
  { name: "what", unit: "text" },
  { name: "value", unit: "text" },
  { name: "of_these", unit: "share" },
  { name: "of_the_others", unit: "share" },
  { name: "differ_by", unit: "share" },
].map((column) => ({ ...column, type: "String" }));

function linesOf(answer: Differences, options: DifferencesOptions): readonly string[] {
  const { requests, compared } = answer;
  const head = `${count(requests.selected)} requests ${wordsOf(options)}, ${count(requests.rest)} others since ${options.since ?? "1h"}.`;
  if (compared.selected === 0 || compared.rest === 0) {
    return [head, "There is nothing to compare; --since looks further back."];
  }
  const rows = rowsOf(answer);
  if (rows.length === 0) return [head, "Nothing that can be relied on tells them apart."];
  const look = { ...terminalOf(process.stdout), nowMs: Date.now() };
  return [head, ...renderTable({ columns: COLUMNS, rows }, look)];
}

function wordsOf({ slowerThan, fasterThan, failed, status, from, to }: DifferencesOptions): string {
  const parts = [
    slowerThan === undefined ? "" : `took ${durationText(slowerThan)} or more`,
    fasterThan === undefined ? "" : `took less than ${durationText(fasterThan)}`,
    failed ? "failed" : status === undefined ? "" : `ended with ${status}`,
    from === undefined ? "" : `began after ${from}`,
    to === undefined ? "" : `began before ${to}`,
  ];
  return parts.filter((part) => part !== "").join(" and ");
}

/** An attribute's best value, and others of it that are more frequent among these, too. */
function rowsOf({ attributes, compared }: Differences) {
  return attributes.flatMap(({ attribute, values }) =>
    values
      .toSorted((a, b) => b.score - a.score)
      .map(({ value, selected, rest, score }) => ({
        what: attribute,
        value: value === "" ? "(none)" : value,
        of_these: selected / compared.selected,
        of_the_others: rest / compared.rest,
        differ_by: score,
      }))
      .filter((row, at) => at === 0 || row.of_these > row.of_the_others),
  );
}
