// `weir run`: puts weir in front of services, by a config file or by one URL.
import { Command } from "commander";
import { type App, startApp } from "../app.ts";
import { formatListen } from "../config/listen.ts";
import { loadConfig, type LoadResult } from "../config/load.ts";
import { upstreamConfig, type UpstreamOverrides } from "../config/upstream-config.ts";
import { messageOf } from "../core/errors.ts";
import { createLog } from "../core/log.ts";
import { untilSignalled } from "./signals.ts";

const EXIT_BAD_CONFIG = 2;
const DEFAULT_FILE = "weir.yaml";

interface RunOptions extends UpstreamOverrides {
  readonly config?: string;
  readonly upstream?: string;
}

export function runCommand(): Command {
  return new Command("run")
    .description("put weir in front of your services")
    .option("-c, --config <file>", `the config (default: ${DEFAULT_FILE})`)
    .option("--upstream <url>", "one service, no config file, no policy")
    .option("--listen <host:port>", "with --upstream: where the proxy listens")
    .option("--admin-listen <host:port>", "with --upstream: where admin API and UI listen")
    .option("--data <folder>", "with --upstream: the data folder")
    .action((options: RunOptions) => run(options));
}

/** Runs until a signal; exits 2 with every fault when the config can't be used. */
export async function run(options: RunOptions): Promise<void> {
  const load = loader(options);
  const log = createLog("info");
  const app = await start(load, log);
  if (app === null) return;
  process.stdout.write(`${greeting(app)}\n`);
  await untilSignalled({ reload: () => void app.reloader.reload() });
  await app.stop();
}

function loader({ config, upstream, ...overrides }: RunOptions): () => LoadResult {
  if (upstream !== undefined) return () => upstreamConfig(upstream, overrides);
  return () => loadConfig(config ?? DEFAULT_FILE, process.env);
}

async function start(
  load: () => LoadResult,
  log: ReturnType<typeof createLog>,
): Promise<App | null> {
  try {
    const started = await startApp({ load, log });
    if (started.ok) return started.app;
    process.stderr.write(`${started.faults.join("\n")}\n`);
  } catch (thrown) {
    process.stderr.write(`weir: can't start: ${messageOf(thrown)}\n`);
  }
  process.exitCode = EXIT_BAD_CONFIG;
  return null;
}

/** What a person needs to know first, and that nothing is enforced where nothing is. */
export function greeting(app: App): string {
  const { config, policy } = app.inForce();
  const lines = [
    `weir listens on   http://${formatListen({ ...config.listen.http, port: app.port })}`,
    `admin API and UI  http://${formatListen(app.adminAddress)}`,
  ];
  lines.push(
    policy === null
      ? "NO POLICY IS ENFORCED: every request that has a route is forwarded. Add policy: to a config to change that."
      : `policy            ${config.policy?.rules} (${policy.rules} rules, revision ${policy.revision})`,
  );
  return lines.join("\n");
}
