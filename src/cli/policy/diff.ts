// `weir policy diff`: which requests a new policy decides differently, without any traffic.
import { Command } from "commander";
import { diffPolicies } from "../../policy/classes/diff.ts";
import { roleNames } from "../../policy/classes/who.ts";
import { answering, EXIT_UNUSABLE, print } from "./command.ts";
import { diffJson, diffLines, exitCodeOf } from "./diff-report.ts";
import { type GivenOptions, givenValues, unusable, withGiven } from "./given.ts";
import { loadInput, type PolicyFileOptions, type PolicyInput } from "./input.ts";

interface DiffOptions extends GivenOptions, Pick<PolicyFileOptions, "config" | "context"> {
  readonly oldModel?: string;
  readonly oldRules?: string;
  readonly newModel?: string;
  readonly newRules?: string;
  readonly json?: true;
}

export function diffCommand(): Command {
  const command = new Command("diff")
    .description(
      "list the requests that a new policy decides differently; exit code 1 if any, 2 if not all could be compared",
    )
    .argument("<old>", "folder of the old model.conf and policy.csv; left out with -c")
    .argument("[new]", "folder of the new model.conf and policy.csv")
    .option("-c, --config <file>", "the old policy is the one that this config names")
    .option("--old-model <file>", "instead of model.conf in the old folder")
    .option("--old-rules <file>", "instead of policy.csv in the old folder")
    .option("--new-model <file>", "instead of model.conf in the new folder")
    .option("--new-rules <file>", "instead of policy.csv in the new folder")
    .option(
      "--context <name>",
      "which definitions decide, in both: 2 for r2, p2, e2 and m2, or r2,p,e,m2; default: the config's, or r, p, e, m",
    )
    .option("--json", "print JSON");
  return withGiven(command, ["subject", "path", "method"]).action(
    (...[one, other, options, self]: [string, string | undefined, DiffOptions, Command]) => {
      if ((other === undefined) === (options.config === undefined)) {
        const words = "name the folders of the old policy and the new, or with -c that of the new";
        self.error(`error: ${words}`, { exitCode: EXIT_UNUSABLE });
      }
      const [oldDir, newDir] = other === undefined ? ["", one] : [one, other];
      return answering(options, async () =>
        report(await loadBoth(oldDir, newDir, options), options),
      );
    },
  );
}

interface Both {
  readonly old: PolicyInput;
  readonly young: PolicyInput;
}

/** Of one context, and one use of their fields. Rejects with UnusableError. */
async function loadBoth(oldDir: string, newDir: string, options: DiffOptions): Promise<Both> {
  const { config, context, oldModel, oldRules, newModel, newRules } = options;
  const old = await loadInput(oldDir, given({ config, context, model: oldModel, rules: oldRules }));
  const same = { context: old.source.context, model: newModel, rules: newRules };
  const young = await loadInput(newDir, given(same));
  return { old, young: { ...young, request: old.request } };
}

type Maybe<T> = { readonly [key in keyof T]: T[key] | undefined };

function given(options: Maybe<PolicyFileOptions>): PolicyFileOptions {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

function report({ old, young }: Both, options: DiffOptions): void {
  const [before, after] = [old, young].map(({ policy }) => policy.model.request.join(", "));
  if (before !== after) {
    throw unusable(young, `r is ${after} here and ${before} in the old model: nothing to compare`);
  }
  const result = diffPolicies(old, young, givenValues(young, options));
  if (!result.ok) {
    throw unusable(young, `${result.message}; narrow by --subject, --path, --method or --field`);
  }
  const { diff } = result;
  process.exitCode = exitCodeOf(diff);
  const roles = new Set([...roleNames(old.policy), ...roleNames(young.policy)]);
  if (options.json) print(JSON.stringify(diffJson(diff, roles)));
  else for (const line of diffLines(diff, roles)) print(line);
}
