// `weir policy save`: recorded requests of a running weir become cases of its policy.
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { type CasePlace, saveCase } from "../../control/policy/save-case.ts";
import { caseOfRow, type CaseWishes } from "../../policy/cases/new-case.ts";
import type { RequestRow } from "../../telemetry/columns.ts";
import { CommandError } from "../command-error.ts";
import { type AskOptions, asking, askingCommand, print } from "../ask.ts";
import { harmless } from "../format-text.ts";
import { readTrace } from "../trace.ts";
import { EXIT_FINDING } from "./command.ts";
import { inputFaultText, namedFiles, UnusableError } from "./input.ts";

interface SaveOptions extends AskOptions, CaseWishes {
  readonly cases?: string;
  readonly span?: string;
  readonly dryRun?: true;
}

const USUAL_CONFIG = "weir.yaml";

export function saveCommand(): Command {
  return askingCommand("save")
    .description("save the recorded requests of a trace as cases; exit code 1 if one is not saved")
    .argument("<trace-id>", "the whole id; for one of the last day its first 8 digits are enough")
    .option("--span <id>", "only the request with this span id")
    .option("--cases <file>", "the file to add to (default: the config's policy.cases)")
    .option("--name <text>", "the case's name (default: method, path and caller)")
    .addOption(
      new Option(
        "--expect <decision>",
        "what to expect from now on, if not what was decided",
      ).choices(["allow", "deny"]),
    )
    .option("--dry-run", "print the case without saving it")
    .action((id: string, options: SaveOptions) =>
      asking(options, async (client) => {
        const { requests } = await readTrace(client, id.toLowerCase());
        const span = options.span?.toLowerCase();
        const rows = requests.filter(({ span_id }) => span_id === (span ?? span_id));
        if (rows.length === 0) throw new CommandError("unknown_trace", "it has no such request");
        const outcomes = rows.map((row) => save(row, options));
        if (outcomes.some(({ ok }) => !ok)) process.exitCode = EXIT_FINDING;
        print(options.json ? [JSON.stringify({ cases: outcomes })] : outcomes.map(lineOf));
      }),
    );
}

/** Of one request; names for scripts. */
type Outcome = { readonly span_id: string } & (
  | {
      readonly ok: true;
      readonly file: string;
      readonly line: number;
      readonly name: string;
      readonly yaml: string;
      readonly saved: boolean;
    }
  | { readonly ok: false; readonly message: string }
);

function save(row: RequestRow, options: SaveOptions): Outcome {
  const { span_id } = row;
  const wanted = caseOfRow(row, options);
  if (typeof wanted === "string") return { span_id, ok: false, message: wanted };
  const isDry = options.dryRun === true;
  const result = saveCase({ ...placeOf(options), isDry }, wanted);
  if (!result.ok) return { span_id, ok: false, message: result.message };
  return { span_id, ok: true, ...result.saved, saved: !isDry };
}

/** As the config of the weir that is asked says it, or in the folder policies. */
function placeOf({ config, cases }: SaveOptions): Omit<CasePlace, "isDry"> {
  const known = config ?? (existsSync(USUAL_CONFIG) ? USUAL_CONFIG : undefined);
  try {
    const named = namedFiles("policies", known === undefined ? {} : { config: known });
    return { ...named, cases: cases ?? named.cases };
  } catch (thrown) {
    if (!(thrown instanceof UnusableError)) throw thrown;
    throw new CommandError("bad_config", thrown.faults.map(inputFaultText).join("\n"));
  }
}

function lineOf(outcome: Outcome): string {
  if (!outcome.ok) return outcome.message.split("\n").map(harmless).join("\n");
  const { file, line, name, yaml, saved } = outcome;
  return saved ? harmless(`${file}:${line}: saved "${name}"`) : yaml.trimEnd();
}
