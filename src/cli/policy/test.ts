// `weir policy test`: runs a policy's cases, without a running weir.
import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { messageOf } from "../../core/errors.ts";
import { junitXml } from "../../policy/cases/junit.ts";
import { answering, print, withFiles } from "./command.ts";
import { UnusableError } from "./input.ts";
import { asJson, asLines, exitCodeOf } from "./test-report.ts";
import { runTests, type TestOptions } from "./test-run.ts";
import { watchTests } from "./test-watch.ts";

interface Options extends TestOptions {
  readonly junit?: string;
  readonly watch?: true;
}

export function testCommand(): Command {
  return withFiles(new Command("test"))
    .description("run a policy's cases; exit code 1 if one fails or too few rules are covered")
    .argument("[dir]", "folder of model.conf, policy.csv and cases", "policies")
    .option(
      "--cases <path>",
      "a file of cases, or a folder of such files; may be repeated (default: cases.yaml and cases/ beside the rules)",
      (path: string, before: readonly string[] | undefined) => [...(before ?? []), path],
    )
    .option("--filter <text>", "only cases with this text in their name")
    .option("--coverage", "say which rules decide no case")
    .option(
      "--threshold <percent>",
      "exit code 1 if less than this share of the rules decides a case",
      readPercent,
    )
    .option("--junit <file>", "write the results as JUnit XML")
    .option("--watch", "run again when model, rules or cases change, until Ctrl-C")
    .action((dir: string, options: Options) => {
      const run = (): Promise<void> => answering(options, () => test(dir, options));
      return options.watch ? watchTests(dir, options, run) : run();
    });
}

async function test(dir: string, options: Options): Promise<void> {
  const { threshold, json, junit } = options;
  const run = await runTests(dir, options);
  process.exitCode = exitCodeOf(run, threshold);
  if (junit !== undefined) write(junit, junitXml(run.results, run.startedAtMs));
  const lines = json ? [asJson(run, threshold)] : asLines(run, threshold);
  for (const line of lines) print(line);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (thrown) {
    throw new UnusableError([{ file, line: 0, message: messageOf(thrown) }]);
  }
}

function readPercent(text: string): number {
  const percent = /^\d{1,3}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (percent <= 100) return percent;
  throw new InvalidArgumentError("write a number from 0 to 100.");
}
