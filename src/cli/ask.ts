// What the asking commands share: the options that find a weir, the wait, and how they fail.
import { Command, type Option } from "commander";
import { type AdminClient, createAdminClient } from "./admin-client.ts";
import { type AddressOptions, findAdmin } from "./ask-address.ts";
import { CommandError, EXIT_UNUSABLE, tellFault } from "./command-error.ts";

export interface AskOptions extends AddressOptions {
  readonly json?: true;
}

const EXIT_NOTHING = 1;
/** Answers that say: there is no such thing. */
const NOTHING = new Set(["unknown_trace"]);
const PATIENCE_MS = 1000;

export function askingCommand(name: string, options: readonly Option[] = []): Command {
  const command = new Command(name);
  for (const option of options) command.addOption(option);
  return command
    .option("-c, --config <file>", "the config of the weir to ask (default: weir.yaml)")
    .option("--admin <url>", "its admin address, instead of a config")
    .option("--token <token>", "its admin token; WEIR_ADMIN_TOKEN keeps it out of process lists")
    .option("--ca <file>", "who vouches for its certificate, where the system does not know them")
    .option("--cert <file>", "a client certificate to show over TLS")
    .option("--key <file>", "the certificate's private key")
    .option("--json", "print JSON");
}

/** Runs a command against the weir its options name; what goes wrong is said on standard error. */
export async function asking(
  options: AskOptions,
  answer: (client: AdminClient) => Promise<void>,
): Promise<void> {
  try {
    await answer(createAdminClient(findAdmin(options, process.env)));
  } catch (thrown) {
    if (!(thrown instanceof CommandError)) throw thrown;
    process.exitCode = NOTHING.has(thrown.code) ? EXIT_NOTHING : EXIT_UNUSABLE;
    tellFault(thrown, options.json === true);
  }
}

export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** Says on a terminal what is awaited, once it takes longer than a second. */
export async function patiently<T>(what: string, work: Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work;
  const startedMs = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    process.stderr.write(`\r\u001B[K${what} … ${seconds} s`);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (Date.now() - startedMs >= PATIENCE_MS) process.stderr.write("\r\u001B[K");
  }
}
