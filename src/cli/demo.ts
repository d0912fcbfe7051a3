// `weir demo`, which is `npm start`: weir in front of three real services with real traffic.
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { WeirError } from "../core/errors.ts";
import { makeFolder } from "../core/folder.ts";
import { acquireSpoolLock } from "../telemetry/spool-lock.ts";
import { startChild, type DemoChild } from "./demo/children.ts";
import { writeDemoConfig } from "./demo/demo-config.ts";
import { DEMO_KEYS } from "./demo/identities.ts";
import { endProcess, loaderOf, refuse, run } from "./run.ts";

interface DemoOptions {
  readonly upstream?: string;
  readonly listen: string;
  readonly adminListen: string;
  readonly collectorListen: string;
  readonly data: string;
  readonly json?: true;
}

const ADMIN_LISTEN = "127.0.0.1:9090";

/** Replicas of each service. */
const REPLICAS: Readonly<Record<string, number>> = { orders: 3, payments: 1, catalogue: 1 };

export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "weir in front of three services with traffic; with --upstream, of your own service",
    )
    .option("--upstream <url>", "put weir in front of this instead: no config file, no policy")
    .option("--listen <host:port>", "where the proxy listens", "127.0.0.1:8080")
    .option("--admin-listen <host:port>", "where admin API and UI listen", ADMIN_LISTEN)
    .option("--collector-listen <host:port>", "where OTLP is received", "127.0.0.1:4318")
    .option("--data <folder>", "the data folder", ".weir")
    .option("--json", "say where it listens, or what is wrong, as JSON")
    .action(async (options: DemoOptions) => {
      if (options.upstream === undefined) await demo(options);
      else await run({ load: loaderOf(options), json: options.json === true });
      endProcess();
    });
}

async function demo({ data, json, ...places }: DemoOptions): Promise<void> {
  // First of all: what is refused here leaves no process over.
  const inUse = whoUses(data);
  if (inUse !== "") return refuse(inUse, json === true);
  const file = join(resolve(data), "demo.yaml");
  const services = startServices();
  const traffic = startChild("traffic", []);
  const children = [traffic, ...services.flatMap(({ replicas }) => replicas)];
  const written = Promise.all([portsOf(services), traffic.port]).then(([ports]) =>
    writeDemoConfig(file, { ...places, services: ports }),
  );
  // It is `load` that tells.
  written.catch(() => undefined);
  await run({
    // weir starts while its services do; for its config it needs their ports.
    load: async () => {
      const [{ loadConfig }] = await Promise.all([import("../config/load.ts"), written]);
      return loadConfig(file, process.env);
    },
    json: json === true,
    started: (proxy) => children.forEach((child) => child.tell({ proxy })),
    received: (collector) => children.forEach((child) => child.tell({ collector })),
    // Nobody asks any more before weir drains, and services answer until it has.
    stopping: () => traffic.stop(),
    hints: hints(file, places.adminListen === ADMIN_LISTEN ? "" : ` -c ${relative(".", file)}`),
  });
  await Promise.all(children.map((child) => child.stop()));
}

/** Another weir on the same data, which goes on reading the config that this one would overwrite; "" for none. */
function whoUses(data: string): string {
  const spool = join(data, "spool");
  makeFolder(spool);
  try {
    acquireSpoolLock(spool).release();
    return "";
  } catch (thrown) {
    if (thrown instanceof WeirError) return thrown.message;
    throw thrown;
  }
}

interface DemoService {
  readonly name: string;
  readonly replicas: readonly DemoChild[];
}

function startServices(): DemoService[] {
  return Object.entries(REPLICAS).map(([name, count]) => ({
    name,
    replicas: Array.from({ length: count }, (_, at) => startChild("service", [name, String(at)])),
  }));
}

/** Ports by service, once all of them listen. */
async function portsOf(services: readonly DemoService[]): Promise<Record<string, number[]>> {
  const entries = services.map(async ({ name, replicas }) => {
    return [name, await Promise.all(replicas.map(({ port }) => port))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** `named` says which weir to ask, where it is not at the usual place. */
function hints(file: string, named: string): (proxy: string) => readonly string[] {
  const alice = DEMO_KEYS.find(({ subject }) => subject === "alice")?.key ?? "";
  return (proxy) => [
    `config            ${file}`,
    "",
    `try               curl -i -H 'x-api-key: ${alice}' ${proxy}/orders/17`,
    `                  npm run -s weir -- query routes --since 15m${named}`,
    `                  npm run -s weir -- tail${named}`,
  ];
}
