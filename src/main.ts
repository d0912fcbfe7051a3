#!/usr/bin/env node
// The command line: argv and environment in, exit code out; each command is a file in cli/.
import { Command, CommanderError } from "commander";
import { checkCommand } from "./cli/check.ts";
import { demoCommand } from "./cli/demo.ts";
import { runCommand } from "./cli/run.ts";

const EXIT_USAGE = 2;

const program = new Command("weir")
  .description("Sees, decides on and steers every request in front of your services.")
  .exitOverride()
  .addCommand(runCommand())
  .addCommand(demoCommand())
  .addCommand(checkCommand());

try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  process.exitCode = thrown.exitCode === 0 ? 0 : EXIT_USAGE;
}
