// `weir run`: puts weir in front of services, by a config file or by one URL.
import { Command } from "commander";
import { type App, startApp } from "../app.ts";
import { formatListen } from "../config/listen.ts";
import { loadConfig, type LoadResult } from "../config/load.ts";
import { upstreamConfig, type UpstreamOverrides } from "../config/upstream-config.ts";
import { messageOf } from "../core/errors.ts";
import { createLog, type Log } from "../core/log.ts";
import { untilSignalled } from "./signals.ts";

const EXIT_BAD_CONFIG = 2;
const DEFAULT_FILE = "weir.yaml";

interface CommandOptions extends UpstreamOverrides {
  readonly config?: string;
  readonly upstream?: string;
  readonly json?: true;
}

/** A run from start to stop; the demo hangs its own processes on it. */
export interface Run {
  readonly load: () => LoadResult;
  /** Greeting and faults as JSON, a line each. */
  readonly json: boolean;
  /** Told the proxy's URL once it listens. */
  readonly started?: (proxy: string) => void;
  /** Awaited before weir itself stops. */
  readonly stopping?: () => Promise<void>;
  /** Further lines of the greeting. */
  readonly hints?: (proxy: string) => readonly string[];
}

export function runCommand(): Command {
  return new Command("run")
    .description("put weir in front of your services")
    .option("-c, --config <file>", `the config (default: ${DEFAULT_FILE})`)
    .option("--upstream <url>", "one service, no config file, no policy")
    .option("--listen <host:port>", "with --upstream: where the proxy listens")
    .option("--admin-listen <host:port>", "with --upstream: where admin API and UI listen")
    .option("--data <folder>", "with --upstream: the data folder")
    .option("--json", "say where it listens, or what is wrong, as JSON")
    .action((options: CommandOptions) =>
      run({ load: loaderOf(options), json: options.json === true }),
    );
}

/** How the options say the config is to be had. */
export function loaderOf({
  config,
  upstream,
  json: _json,
  ...overrides
}: CommandOptions): () => LoadResult {
  if (upstream !== undefined) return () => upstreamConfig(upstream, overrides);
  return () => loadConfig(config ?? DEFAULT_FILE, process.env);
}

/** Runs until a signal; exits 2 with every fault when the config can't be used. */
export async function run(parts: Run): Promise<void> {
  const { json, started, stopping, hints } = parts;
  const app = await start(parts, createLog("info"));
  if (app !== null) {
    const proxy = proxyUrl(app);
    const words = json ? [jsonGreeting(app)] : [...greeting(app), ...(hints?.(proxy) ?? [])];
    process.stdout.write(`${words.join("\n")}\n`);
    started?.(proxy);
    await untilSignalled({ reload: () => void app.reloader.reload() });
  }
  await stopping?.();
  await app?.stop();
}

async function start({ load, json }: Run, log: Log): Promise<App | null> {
  const refuse = (code: string, message: string): null => {
    process.stderr.write(`${json ? JSON.stringify({ ok: false, code, message }) : message}\n`);
    process.exitCode = EXIT_BAD_CONFIG;
    return null;
  };
  try {
    const started = await startApp({ load, log });
    return started.ok ? started.app : refuse("bad_config", started.faults.join("\n"));
  } catch (thrown) {
    return refuse("cannot_start", `weir: can't start: ${whyNot(thrown)}`);
  }
}

function whyNot(thrown: unknown): string {
  const message = messageOf(thrown);
  const taken = /EADDRINUSE.* (\S+)$/.exec(message)?.[1];
  if (taken === undefined) return message;
  return `${taken} is taken by another process (EADDRINUSE): stop it, or listen somewhere else`;
}

function proxyUrl(app: App): string {
  return `http://${formatListen({ ...app.inForce().config.listen.http, port: app.port })}`;
}

function jsonGreeting(app: App): string {
  const { revision, policy } = app.inForce();
  return JSON.stringify({
    proxy: proxyUrl(app),
    admin: adminUrl(app),
    instance: app.instance,
    config_revision: revision,
    policy_revision: policy?.revision ?? null,
  });
}

function adminUrl({ adminAddress }: App): string {
  return `http://${formatListen(adminAddress)}`;
}

/** What a person needs to know first, and that nothing is enforced where nothing is. */
function greeting(app: App): string[] {
  const { config, policy } = app.inForce();
  return [
    `weir listens on   ${proxyUrl(app)}`,
    `admin API and UI  ${adminUrl(app)}`,
    policy === null
      ? "NO POLICY IS ENFORCED: every request that has a route is forwarded."
      : `policy            ${config.policy?.rules} (${policy.rules} rules, revision ${policy.revision})`,
  ];
}
