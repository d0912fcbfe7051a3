// `weir policy lint`: warns of rules that load and may not mean what they say.
import { Command } from "commander";
import { lintPolicy } from "../../policy/lint.ts";
import { faultText } from "../../policy/source.ts";
import { answering, EXIT_FINDING, type FileOptions, print, withFiles } from "./command.ts";
import { loadInput } from "./input.ts";

export function lintCommand(): Command {
  return withFiles(new Command("lint"))
    .description("warn of rules that may not mean what they say; exit code 1 if there are any")
    .argument("[dir]", "folder of model.conf and policy.csv", "policies")
    .action((dir: string, options: FileOptions) =>
      answering(options, async () => {
        const { source, snapshot } = await loadInput(dir, options);
        const warnings = lintPolicy(source);
        if (warnings.length > 0) process.exitCode = EXIT_FINDING;
        if (options.json) return print(JSON.stringify({ ok: warnings.length === 0, warnings }));
        for (const warning of warnings) print(faultText(warning));
        print(`${snapshot.rules} rules, ${warnings.length} warnings`);
      }),
    );
}
