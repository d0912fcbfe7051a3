// `weir reload`: has a running weir read config and policy again, and says what came of it.
import type { Command } from "commander";
import { type AskOptions, asking, askingCommand, patiently, print } from "./ask.ts";
import { harmless } from "./format-text.ts";

const EXIT_FINDING = 1;

/** As POST /api/v1/reload answers; what it refuses is an error, which keeps what was in force. */
interface Reloaded {
  readonly shadow_fault: string | null;
  readonly tls_fault: string | null;
  readonly restart: readonly string[];
}

export function reloadCommand(): Command {
  return askingCommand("reload")
    .description(
      "have weir read config and policy again; exit code 1 if only the candidate policy or a certificate is faulty, 2 if all is refused",
    )
    .action(reload);
}

async function reload(options: AskOptions): Promise<void> {
  await asking(options, async (client) => {
    const work = client.post("/api/v1/reload", {});
    const reloaded = (await patiently("reloading", work)) as Reloaded;
    const { shadow_fault: shadow, tls_fault: tls } = reloaded;
    if (shadow !== null || tls !== null) process.exitCode = EXIT_FINDING;
    print(options.json ? [JSON.stringify(reloaded)] : linesOf(reloaded));
  });
}

function linesOf({ shadow_fault: shadow, tls_fault: tls, restart }: Reloaded): string[] {
  return [
    "Config and policy are in force as their files are now.",
    ...(restart.length === 0 ? [] : [`Changes that wait for a restart: ${restart.join(", ")}.`]),
    ...(shadow === null
      ? []
      : ["The candidate policy is not, its last good version is asked:", ...linesIn(shadow)]),
    ...(tls === null
      ? []
      : ["Broken files of certificates are not, their last good ones are used:", ...linesIn(tls)]),
  ];
}

function linesIn(text: string): string[] {
  return text.split("\n").map(harmless);
}
