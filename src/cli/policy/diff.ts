// `weir policy diff`: which requests a new policy decides differently, without any traffic.
import { Command } from "commander";
import { diffPolicies } from "../../policy/classes/diff.ts";
import { roleNames } from "../../policy/classes/who.ts";
import { answering, EXIT_FINDING, print } from "./command.ts";
import { diffJson, diffLines } from "./diff-report.ts";
import { type GivenOptions, givenValues, unusable, withGiven } from "./given.ts";
import { loadInput, type PolicyFileOptions, type PolicyInput } from "./input.ts";

interface DiffOptions extends GivenOptions {
  readonly oldModel?: string;
  readonly oldRules?: string;
  readonly newModel?: string;
  readonly newRules?: string;
  readonly json?: true;
}

export function diffCommand(): Command {
  const command = new Command("diff")
    .description("list the requests that a new policy decides differently; exit code 1 if any")
    .argument("<old>", "folder of the old model.conf and policy.csv")
    .argument("<new>", "folder of the new model.conf and policy.csv")
    .option("--old-model <file>", "instead of model.conf in the old folder")
    .option("--old-rules <file>", "instead of policy.csv in the old folder")
    .option("--new-model <file>", "instead of model.conf in the new folder")
    .option("--new-rules <file>", "instead of policy.csv in the new folder")
    .option("--json", "print JSON");
  return withGiven(command, ["subject", "path", "method"]).action(
    (oldDir: string, newDir: string, options: DiffOptions) =>
      answering(options, async () => {
        const old = await loadInput(oldDir, files(options.oldModel, options.oldRules));
        const young = await loadInput(newDir, files(options.newModel, options.newRules));
        report(old, young, options);
      }),
  );
}

function files(model: string | undefined, rules: string | undefined): PolicyFileOptions {
  return { ...(model !== undefined && { model }), ...(rules !== undefined && { rules }) };
}

function report(old: PolicyInput, young: PolicyInput, options: DiffOptions): void {
  const [before, after] = [old, young].map(({ policy }) => policy.model.request.join(", "));
  if (before !== after) {
    throw unusable(young, `r is ${after} here and ${before} in the old model: nothing to compare`);
  }
  const result = diffPolicies(old, young, givenValues(young, options));
  if (!result.ok) {
    throw unusable(young, `${result.message}; narrow by --subject, --path, --method or --field`);
  }
  const { diff } = result;
  if (diff.changed.length > 0) process.exitCode = EXIT_FINDING;
  const roles = new Set([...roleNames(old.policy), ...roleNames(young.policy)]);
  if (options.json) print(JSON.stringify(diffJson(diff, roles)));
  else for (const line of diffLines(diff, roles)) print(line);
}
