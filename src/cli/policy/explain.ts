// `weir policy explain`: decides one request and says by which rule.
import { Command } from "commander";
import {
  answering,
  EXIT_FINDING,
  EXIT_UNUSABLE,
  type FileOptions,
  print,
  withFiles,
} from "./command.ts";
import { requestInWords } from "../../policy/request-text.ts";
import { loadInput, UnusableError } from "./input.ts";

export function explainCommand(): Command {
  return withFiles(new Command("explain"))
    .description("decide one request and name the rule; exit code 1 if it is denied")
    .argument("<fields...>", "the request, in the order of the model's r; an object as JSON")
    .action((fields: readonly string[], options: FileOptions) =>
      answering(options, async () => {
        const { snapshot } = await loadInput("policies", options);
        const request = requestInWords(fields);
        if (typeof request === "string") {
          throw new UnusableError([{ file: "-", line: 0, message: request }]);
        }
        const { effect, rule, ruleSource, error } = snapshot.decide(request);
        if (effect !== "allow") process.exitCode = effect === "deny" ? EXIT_FINDING : EXIT_UNUSABLE;
        if (options.json) {
          const revision = snapshot.revision;
          const answer = { decision: effect, rule, rule_source: ruleSource, revision };
          return print(JSON.stringify(error === "" ? answer : { ...answer, error }));
        }
        const because = rule === "" ? "no rule decides" : `${ruleSource}: ${rule}`;
        print(`${effect}: ${error === "" ? because : error}`);
      }),
    );
}
