#!/usr/bin/env node
// The command line: argv and environment in, exit code out; each command is a file in cli/.
import { Command, CommanderError } from "commander";
import { checkCommand } from "./cli/check.ts";
import { demoCommand } from "./cli/demo.ts";
import { policyCommand } from "./cli/policy.ts";
import { queryCommand } from "./cli/query.ts";
import { runCommand } from "./cli/run.ts";
import { tailCommand } from "./cli/tail.ts";
import { traceCommand } from "./cli/trace.ts";

const EXIT_USAGE = 2;

const program = new Command("weir")
  .description("Sees, decides on and steers every request in front of your services.")
  .addCommand(runCommand())
  .addCommand(demoCommand())
  .addCommand(checkCommand())
  .addCommand(policyCommand())
  .addCommand(queryCommand())
  .addCommand(tailCommand())
  .addCommand(traceCommand());

/** Bad usage throws instead of ending the process with 1, which means a finding. */
function throwOnExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwOnExit);
}

// `weir ... | head` closes the pipe early: that is no failure, and what serves goes on.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
throwOnExit(program);
try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  process.exitCode = thrown.exitCode === 0 ? 0 : EXIT_USAGE;
}
