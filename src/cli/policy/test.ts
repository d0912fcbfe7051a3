// `weir policy test`: runs a policy's cases, without a running weir.
import { join } from "node:path";
import { Command } from "commander";
import { readCases, runCases } from "../../policy/test-cases.ts";
import {
  answering,
  EXIT_FINDING,
  type FileOptions,
  print,
  readText,
  withFiles,
} from "./command.ts";
import { loadInput, UnusableError } from "./input.ts";

export function testCommand(): Command {
  return withFiles(new Command("test"))
    .description("run a policy's cases; exit code 1 if one fails")
    .argument("[dir]", "folder of model.conf, policy.csv and cases.yaml", "policies")
    .option("--cases <file>", "the cases; default: cases.yaml in the folder, or beside the rules")
    .action((dir: string, options: FileOptions & { readonly cases?: string }) =>
      answering(options, async () => {
        const { snapshot, folder } = await loadInput(dir, options);
        const file = options.cases ?? join(folder, "cases.yaml");
        const read = readCases(readText(file), file);
        if (!read.ok) throw new UnusableError(read.faults);
        const results = runCases(snapshot, read.cases);
        const failed = results.filter(({ passed }) => !passed);
        if (failed.length > 0) process.exitCode = EXIT_FINDING;
        if (options.json) {
          return print(
            JSON.stringify({
              ok: failed.length === 0,
              revision: snapshot.revision,
              cases: results.map(({ case: { name, line }, passed, message }) => ({
                name,
                file,
                line,
                passed,
                message,
              })),
            }),
          );
        }
        for (const { case: each, message } of failed) {
          print(`${file}:${each.line}: ${each.name}: ${message}`);
        }
        print(`${results.length - failed.length} of ${results.length} cases pass`);
      }),
    );
}
