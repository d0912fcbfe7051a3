// `weir check`: reads a config as `weir run` would, and says everything that is wrong with it.
import { Command } from "commander";
import { formatFault } from "../config/fault.ts";
import { loadConfig, type LoadResult } from "../config/load.ts";

const EXIT_BAD_CONFIG = 2;

interface CheckOptions {
  readonly config: string;
  readonly json?: true;
}

/** Prints faults or one line of summary to standard output; exit code 2 or 0. */
export function checkCommand(): Command {
  return new Command("check")
    .description("check a config and start nothing")
    .option("-c, --config <file>", "the config", "weir.yaml")
    .option("--json", "print JSON")
    .action(({ config, json }: CheckOptions) => {
      const result = loadConfig(config, process.env);
      process.stdout.write(`${json ? asJson(config, result) : asText(config, result)}\n`);
      if (!result.ok) process.exitCode = EXIT_BAD_CONFIG;
    });
}

function asText(file: string, result: LoadResult): string {
  if (!result.ok) return result.faults.map(formatFault).join("\n");
  const { config, revision } = result;
  const parts = [
    count(Object.keys(config.services).length, "service"),
    count(config.routes.length, "route"),
    count(config.identity.keys.length, "key"),
    config.policy === null ? "no policy: nothing is enforced" : "policy on",
  ];
  return `${file}: ok, revision ${revision}: ${parts.join(", ")}`;
}

function asJson(file: string, result: LoadResult): string {
  if (result.ok) return JSON.stringify({ ok: true, file, revision: result.revision, faults: [] });
  const faults = result.faults.map(({ keyPath, ...fault }) => ({ ...fault, key_path: keyPath }));
  return JSON.stringify({ ok: false, file, revision: null, faults });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
