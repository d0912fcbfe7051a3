// `weir policy test | lint | decide | explain`: asks a policy's files, without a running weir.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { decideLines } from "../policy/decide-lines.ts";
import { lintPolicy } from "../policy/lint.ts";
import { faultText } from "../policy/source.ts";
import { readCases, runCases } from "../policy/test-cases.ts";
import {
  type InputFault,
  inputFaultText,
  loadInput,
  type PolicyFileOptions,
  UnusableError,
} from "./policy-input.ts";

const EXIT_FINDING = 1;
const EXIT_UNUSABLE = 2;

interface FileOptions extends PolicyFileOptions {
  readonly json?: true;
}

export function policyCommand(): Command {
  return new Command("policy")
    .description("test, check and ask a policy")
    .addCommand(testCommand())
    .addCommand(lintCommand())
    .addCommand(decideCommand())
    .addCommand(explainCommand());
}

function withFiles(command: Command): Command {
  return command
    .option("-c, --config <file>", "model, rules and request fields as this config names them")
    .option(
      "--model <file>",
      "the casbin model; default: the config's, or model.conf in the folder",
    )
    .option("--rules <file>", "the rules; default: the config's, or policy.csv in the folder")
    .option("--json", "print JSON");
}

function testCommand(): Command {
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

function lintCommand(): Command {
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

function decideCommand(): Command {
  return withFiles(new Command("decide"))
    .description("decide requests, one JSON array a line; answers one JSON object a line")
    .requiredOption("--requests <file>", "the requests; - for standard input")
    .action((options: FileOptions & { readonly requests: string }) =>
      answering(options, async () => {
        const { snapshot } = await loadInput("policies", options);
        const lines = readText(options.requests === "-" ? 0 : options.requests).split("\n");
        for (const decided of decideLines(snapshot, lines, systemClock.nowNs)) {
          if (decided.error !== undefined) process.exitCode = EXIT_UNUSABLE;
          print(JSON.stringify(decided));
        }
      }),
    );
}

function explainCommand(): Command {
  return withFiles(new Command("explain"))
    .description("decide one request and name the rule; exit code 1 if it is denied")
    .argument("<fields...>", "the request, in the order of the model's r")
    .action((fields: readonly string[], options: FileOptions) =>
      answering(options, async () => {
        const { snapshot } = await loadInput("policies", options);
        const { effect, rule, ruleSource, error } = snapshot.decide(fields);
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

/** A file's text, or that of a file descriptor. */
function readText(file: string | number): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UnusableError([{ file: String(file), line: 0, message: messageOf(error) }]);
  }
}

function asJson({ keyPath, ...fault }: InputFault): object {
  return keyPath === undefined ? fault : { ...fault, key_path: keyPath };
}

/** Runs a command; faults are what it prints if it can't answer. */
async function answering({ json }: FileOptions, answer: () => Promise<void>): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof UnusableError)) throw error;
    process.exitCode = EXIT_UNUSABLE;
    if (json) print(JSON.stringify({ ok: false, faults: error.faults.map(asJson) }));
    else for (const fault of error.faults) print(inputFaultText(fault));
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
