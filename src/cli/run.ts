// `weir run`: puts weir in front of services, by a config file or by one URL.
import { Command } from "commander";
import { type App, type AppOptions, startApp } from "../app/start-app.ts";
import { formatFaults } from "../config/fault.ts";
import { formatListen } from "../config/listen.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import type { UpstreamOverrides } from "../config/upstream-config.ts";
import { type ExpiryState, expiryState } from "../core/expiry.ts";
import { messageOf } from "../core/errors.ts";
import { createLog } from "../core/log.ts";
import { endingOf } from "../control/tls/expiry-watch.ts";
import { harmless } from "./format-text.ts";
import { untilSignalled } from "./signals.ts";

const EXIT_BAD_CONFIG = 2;
const DEFAULT_FILE = "weir.yaml";

interface CommandOptions extends UpstreamOverrides {
  readonly config?: string;
  readonly upstream?: string;
  readonly json?: true;
}

type Answering = Pick<App, "ports" | "inForce">;

/** A run from start to stop; the demo hangs its own processes on it. */
export interface Run {
  readonly load: ConfigLoader;
  /** Greeting and faults as JSON, a line each. */
  readonly json: boolean;
  /** Told the proxy's URL as soon as it answers. */
  readonly started?: (proxy: string) => void;
  /** Told the collector's URL once it receives, where there is one. */
  readonly received?: (collector: string) => void;
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
    .action(async (options: CommandOptions) => {
      await run({ load: loaderOf(options), json: options.json === true });
      endProcess();
    });
}

/**
 * Once all is stopped, whatever still holds the process: an exporter that goes on trying a receiver
 * that is gone does so for seconds. Keeps the exit code that is set.
 */
export function endProcess(): void {
  process.exit();
}

/** How the options say the config is to be had; only what that takes is loaded. */
export function loaderOf(options: CommandOptions): ConfigLoader {
  const { config, upstream, json: _json, ...overrides } = options;
  return async () => {
    if (upstream !== undefined) {
      const { upstreamConfig } = await import("../config/upstream-config.ts");
      return upstreamConfig(upstream, overrides);
    }
    const { loadConfig } = await import("../config/load.ts");
    return loadConfig(config ?? DEFAULT_FILE, process.env);
  };
}

/** Runs until a signal; exits 2 with every fault when the config can't be used. */
export async function run(parts: Run): Promise<void> {
  const { json, started, received, stopping, hints } = parts;
  const signalled = Promise.withResolvers<void>();
  let reload = (): void => undefined;
  const answering = (proxy: Answering): void => {
    // From now on there is something to end in order.
    void untilSignalled({ reload: () => reload() }).then(signalled.resolve);
    if (!json) say(whatAnswers(proxy));
    started?.(urlOf(proxy));
  };
  const app = await start(parts, { log: createLog("info"), answering });
  if (app !== null) {
    reload = () => void app.reloader.reload("signal");
    const collector = collectorUrlOf(app);
    if (collector !== null) received?.(collector);
    const admin = `admin API and UI  ${adminUrl(app)}`;
    say(
      json ? [jsonGreeting(app)] : [admin, ...collectorLine(app), ...(hints?.(urlOf(app)) ?? [])],
    );
    await signalled.promise;
  }
  await stopping?.();
  await app?.stop();
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function start({ load, json }: Run, told: Omit<AppOptions, "load">): Promise<App | null> {
  try {
    const started = await startApp({ load, ...told });
    if (started.ok) return started.app;
    sayFault({ code: "bad_config", message: formatFaults(started.faults) }, json);
  } catch (thrown) {
    refuse(whyNot(thrown), json);
  }
  return null;
}

/** Says why nothing was started, and sets the exit code. */
export function refuse(why: string, json: boolean): void {
  sayFault({ code: "cannot_start", message: `weir: can't start: ${why}` }, json);
}

function sayFault(fault: { readonly code: string; readonly message: string }, json: boolean): void {
  process.stderr.write(`${json ? JSON.stringify({ ok: false, ...fault }) : fault.message}\n`);
  process.exitCode = EXIT_BAD_CONFIG;
}

function whyNot(thrown: unknown): string {
  const message = messageOf(thrown);
  const taken = /EADDRINUSE.* (\S+)$/.exec(message)?.[1];
  if (taken === undefined) return message;
  return `${taken} is taken by another process (EADDRINUSE): stop it, or listen somewhere else`;
}

function urlOf({ ports, inForce }: Answering): string {
  return `http://${formatListen({ ...inForce().config.listen.http, port: ports.http })}`;
}

/** null: no TLS. */
function httpsUrlOf({ ports, inForce }: Answering): string | null {
  const { https } = inForce().config.listen;
  return https && `https://${formatListen({ ...https.listen, port: ports.https })}`;
}

function jsonGreeting(app: App): string {
  const { revision, policy } = app.inForce();
  return JSON.stringify({
    proxy: urlOf(app),
    https: httpsUrlOf(app),
    admin: adminUrl(app),
    collector: collectorUrlOf(app),
    instance: app.instance,
    config_revision: revision,
    policy_revision: policy?.revision ?? null,
  });
}

/** null: nothing is received over OTLP. */
function collectorUrlOf({ collectorAddress, collectorIsSecure }: App): string | null {
  const scheme = collectorIsSecure ? "https" : "http";
  return collectorAddress && `${scheme}://${formatListen(collectorAddress)}`;
}

function adminUrl({ adminAddress, adminIsSecure }: App): string {
  return `${adminIsSecure ? "https" : "http"}://${formatListen(adminAddress)}`;
}

function collectorLine(app: App): string[] {
  const url = collectorUrlOf(app);
  return url === null ? [] : [`OTLP collector    ${url}`];
}

const EXPIRY: Readonly<Record<ExpiryState, string>> = {
  ok: "HOLDS",
  soon: "EXPIRES SOON",
  expired: "EXPIRED",
  future: "NOT YET VALID",
};

/** What a person needs to know first, and that nothing is enforced where nothing is. */
function whatAnswers(proxy: Answering): string[] {
  const { config, policy, tls } = proxy.inForce();
  const https = httpsUrlOf(proxy);
  return [
    `weir listens on   ${urlOf(proxy)}`,
    ...(https === null ? [] : [`and over TLS on   ${https}`]),
    policy === null
      ? "NO POLICY IS ENFORCED: every request that has a route is forwarded."
      : `policy            ${config.policy?.rules} (${policy.rules} rules, revision ${policy.revision})`,
    ...endingOf(tls.certificates, Date.now()).map((each) => {
      const state = expiryState(each, Date.now());
      const at = new Date(state === "future" ? each.notBeforeMs : each.notAfterMs);
      return harmless(`CERTIFICATE ${EXPIRY[state]}: ${each.file}, ${at.toISOString()}`);
    }),
  ];
}
