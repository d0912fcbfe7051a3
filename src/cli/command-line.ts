// All commands by name; only the one that is asked for is loaded, so that each starts fast.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { packageFolder } from "../store/package-folder.ts";

const EXIT_USAGE = 2;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).runCommand(),
  demo: async () => (await import("./demo.ts")).demoCommand(),
  check: async () => (await import("./check.ts")).checkCommand(),
  policy: async () => (await import("./policy.ts")).policyCommand(),
  query: async () => (await import("./query.ts")).queryCommand(),
  tail: async () => (await import("./tail.ts")).tailCommand(),
  trace: async () => (await import("./trace.ts")).traceCommand(),
};

/** Runs one command and leaves its outcome in process.exitCode; 2 is bad usage. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command("weir").description(
    "Sees, decides on and steers every request in front of your services.",
  );
  if (argv[2] === "--version") program.version(version());
  const asked = COMMANDS[argv[2] ?? ""];
  const loaders = asked === undefined ? Object.values(COMMANDS) : [asked];
  for (const command of await Promise.all(loaders.map((load) => load())))
    program.addCommand(command);
  throwOnExit(program);
  try {
    await program.parseAsync(argv);
  } catch (thrown) {
    process.exitCode = exitCodeOf(thrown);
  }
}

/** Bad usage throws instead of ending the process with 1, which means a finding. */
function throwOnExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwOnExit);
}

/** What the system refuses (a folder that can't be made) is said in one line; a fault of ours is thrown. */
function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : EXIT_USAGE;
  if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
  process.stderr.write(`weir: ${thrown.message}\n`);
  return EXIT_USAGE;
}

function version(): string {
  const text = readFileSync(join(packageFolder(), "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
