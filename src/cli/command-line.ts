// All commands by name; only the one that is asked for is loaded, so that each starts fast.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { packageFolder } from "../store/package-folder.ts";
import { tellFault } from "./command-error.ts";

const EXIT_USAGE = 2;

/** In the order in which they are listed. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).runCommand(),
  demo: async () => (await import("./demo.ts")).demoCommand(),
  check: async () => (await import("./check.ts")).checkCommand(),
  reload: async () => (await import("./reload.ts")).reloadCommand(),
  alerts: async () => (await import("./alerts.ts")).alertsCommand(),
  policy: async () => (await import("./policy.ts")).policyCommand(),
  users: async () => (await import("./users.ts")).usersCommand(),
  ca: async () => (await import("./ca.ts")).caCommand(),
  query: async () => (await import("./query.ts")).queryCommand(),
  top: async () => (await import("./top.ts")).topCommand(),
  tail: async () => (await import("./tail.ts")).tailCommand(),
  logs: async () => (await import("./logs.ts")).logsCommand(),
  export: async () => (await import("./export.ts")).exportCommand(),
  differences: async () => (await import("./differences.ts")).differencesCommand(),
  reveal: async () => (await import("./reveal.ts")).revealCommand(),
  hash: async () => (await import("./hash.ts")).hashCommand(),
  trace: async () => (await import("./trace.ts")).traceCommand(),
};

/** Runs one command and leaves its outcome in process.exitCode; 2 is bad usage. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command("weir").description(
    "Sees, decides on and steers every request in front of your services.",
  );
  if (isAboutAll(argv[2])) program.version(version());
  const asked = COMMANDS[argv[2] ?? ""];
  const loaders = asked === undefined ? Object.values(COMMANDS) : [asked];
  for (const command of await Promise.all(loaders.map((load) => load())))
    program.addCommand(command);
  const asJson = argv.includes("--json");
  prepare(program, asJson);
  try {
    await program.parseAsync(argv);
  } catch (thrown) {
    process.exitCode = failed(thrown, asJson);
  }
}

/** Bad usage throws instead of ending the process with 1, which means a finding. */
function prepare(command: Command, asJson: boolean): void {
  command.exitOverride();
  if (command.commands.length > 0) passJsonOn(command);
  // As JSON it is said once, by `failed`.
  if (asJson) command.configureOutput({ writeErr: () => undefined });
  for (const each of command.commands) prepare(each, asJson);
}

/** All take --json, before or after the name of what they are to do. */
function passJsonOn(command: Command): void {
  command.enablePositionalOptions().addOption(new Option("--json").hideHelp());
  command.hook("preSubcommand", (said, next) => {
    if (said.opts<{ readonly json?: true }>().json) next.setOptionValue("json", true);
  });
}

/** Says what is not said yet, and gives the exit code; a fault of ours is thrown. */
function failed(thrown: unknown, asJson: boolean): number {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return 0;
    if (asJson) tellFault({ code: "bad_usage", message: usageFault(thrown) }, asJson);
    return EXIT_USAGE;
  }
  // What the system refuses, such as a folder that can't be made.
  if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
  tellFault({ code: "system", message: thrown.message }, asJson);
  return EXIT_USAGE;
}

function usageFault({ code, message }: CommanderError): string {
  // Where a command of a command is missing, commander prints the help and has no words of its own.
  const words = code === "commander.help" ? "name a command; --help lists them" : message;
  return words.replace(/^error: /, "");
}

/** Only these need to know the version, which is read from a file. */
function isAboutAll(word: string | undefined): boolean {
  return word === undefined || word.startsWith("-") || word === "help";
}

function version(): string {
  const text = readFileSync(join(packageFolder(), "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
