// `weir alerts list`: what fires, what is pending, and which rules nobody can look at.
import type { Command } from "commander";
import { type AskOptions, asking, askingCommand, print } from "../ask.ts";
import { harmless } from "../format-text.ts";
import { renderTable } from "../table.ts";
import { terminalOf } from "../terminal.ts";

const EXIT_FINDING = 1;

/** As GET /api/v1/alerts answers. */
interface Alerts {
  readonly firing: number;
  readonly alerts: readonly {
    readonly alert: string;
    readonly state: string;
    readonly severity: string;
    readonly since: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly silenced_by: readonly string[];
    readonly unknown_since: string | null;
  }[];
  readonly rules: readonly {
    readonly name: string;
    readonly unknown_since: string | null;
    readonly unknown_why: string;
  }[];
  readonly in_force: readonly {
    readonly what: string;
    readonly until: string | null;
    readonly created_by: string;
    readonly comment: string;
  }[];
  readonly faults: readonly string[];
}

export function alertsListCommand(): Command {
  return askingCommand("list")
    .description("what fires and what is pending; exit code 1 if anything fires")
    .action(list);
}

async function list(options: AskOptions): Promise<void> {
  await asking(options, async (client) => {
    const answer = (await client.get("/api/v1/alerts")) as Alerts;
    if (answer.firing > 0) process.exitCode = EXIT_FINDING;
    if (options.json) return print([JSON.stringify(answer)]);
    print([...tableOf(answer), ...linesOf(answer)]);
  });
}

const COLUMNS = [
  { name: "state", unit: "text" },
  { name: "severity", unit: "text" },
  { name: "alert", unit: "text" },
  { name: "since", unit: "time" },
  { name: "summary", unit: "text" },
].map((column) => ({ ...column, type: "String" }));

function tableOf({ alerts, rules }: Alerts): readonly string[] {
  if (alerts.length === 0) return [`Nothing fires; ${rules.length} rules look.`];
  const rows = alerts.map(({ annotations, silenced_by: silences, ...alert }) => ({
    ...alert,
    state: stateOf(alert.state, silences.length > 0, alert.unknown_since !== null),
    summary: annotations["summary"] ?? "",
  }));
  return renderTable(
    { columns: COLUMNS, rows },
    { ...terminalOf(process.stdout), nowMs: Date.now() },
  );
}

function stateOf(state: string, isSilenced: boolean, isUnknown: boolean): string {
  return [state, ...(isSilenced ? ["silenced"] : []), ...(isUnknown ? ["unknown"] : [])].join(", ");
}

function linesOf({ rules, faults, in_force: changes }: Alerts): readonly string[] {
  return [
    ...changes.map(({ what, until, created_by: by, comment }) => {
      const words = [`in force: ${what}`, ...(until === null ? [] : [`until ${until}`])];
      return [...words, `by ${by || "hand"}`, comment].join("; ");
    }),
    ...rules
      .filter((rule) => rule.unknown_since !== null)
      .map(({ name, unknown_since: since, unknown_why: why }) => {
        return `${name}: unknown since ${String(since)}: ${why}`;
      }),
    ...faults,
  ].map(harmless);
}
