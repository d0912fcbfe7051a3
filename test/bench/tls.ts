// `npm run bench:tls`: TLS 1.3 full handshakes and bodies of weir beside those of bare node:https, one server that answers
// by itself and one that passes on, in turns on one machine; resident memory of both under 10,000 idle TLS connections.
// Options: --rounds N, --write (keeps the table in TLS.md).
import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { childrenOf, processMicros, residentBytes } from "./cpu-time.ts";
import type { TlsDone, TlsTask } from "./tls-load.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, write: { type: "boolean", default: false } },
});
const ROUNDS = Number(values.rounds);
const PHASE_MS = 2_000;
const IDLE = 10_000;
const KIBI = 1024;
const KILO = 1000;
const MEGA = 1e6;
const MAIN = join(import.meta.dirname, "../../src/main.ts");

const folder = mkdtempSync(join(tmpdir(), "weir-tls-"));
const [cert, key] = ["crt", "key"].map((end) => join(folder, `bench.${end}`));
const children: ChildProcess[] = [];

interface Measured {
  /** A second. */
  readonly rate: number;
  /** Processor time of the server for each, microseconds; store and spool included. */
  readonly micros: number;
}

const CASES = [
  { name: "full handshakes", unit: "/s", each: 1, task: { kind: "handshakes" } },
  {
    name: "bodies of 64 KiB",
    unit: "MB/s",
    each: MEGA,
    task: { kind: "bodies", bytes: 64 * KIBI },
  },
  {
    name: "bodies of 1 MiB",
    unit: "MB/s",
    each: MEGA,
    task: { kind: "bodies", bytes: KIBI * KIBI },
  },
  {
    name: "bodies of 100 MB",
    unit: "MB/s",
    each: MEGA,
    task: { kind: "bodies", bytes: 100 * MEGA },
  },
] as const;

function peer(file: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const child = fork(join(import.meta.dirname, "peers", file), {
    env: { ...process.env, ...environment },
  });
  children.push(child);
  return child;
}

async function portOf(child: ChildProcess): Promise<number> {
  return ((await once(child, "message")) as [number])[0];
}

function writeMaterial(upstreamPort: number): string {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const made = ["-keyout", key ?? "", "-out", cert ?? "", "-subj", "/CN=bench.test", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...curve, ...made], { stdio: "pipe" });
  const file = join(folder, "weir.yaml");
  writeFileSync(
    file,
    `listen:
  http: 127.0.0.1:0
  https: { listen: "127.0.0.1:0", certificates: [ { cert: bench.crt, key: bench.key } ] }
admin: { listen: "127.0.0.1:0" }
workers: 1
limits: { connections: 12000, keep_alive_ms: 600000 }
services: { bulk: { endpoints: [ "http://127.0.0.1:${upstreamPort}" ] } }
routes: [ { name: bulk, service: bulk } ]
`,
  );
  return file;
}

async function startWeir(file: string): Promise<{ child: ChildProcess; port: number }> {
  const flags = ["--max-semi-space-size=4", MAIN, "run", "-c", file];
  const child = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  let said = "";
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const port = /over TLS on +\S+:(\d+)/.exec(said)?.[1];
    if (port !== undefined) return { child, port: Number(port) };
  }
  throw new Error(`weir ended: ${said}`);
}

const load = fork(join(import.meta.dirname, "tls-load.ts"));

const ended = once(load, "exit").then(() => {
  throw new Error("the client ended");
});

async function run(task: TlsTask): Promise<TlsDone> {
  const answer = once(load, "message") as Promise<[TlsDone]>;
  load.send(task);
  return (await Promise.race([answer, ended]))[0];
}

async function measure(pid: number, task: TlsTask, each: number): Promise<Measured> {
  const before = processMicros(pid);
  const { count, seconds } = await run(task);
  const units = count / each;
  return { rate: units / seconds, micros: (processMicros(pid) - before) / units };
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}

/** weir, the bare server, the bare one that passes on: in one round. */
type Round = readonly [Measured, Measured, Measured];

function row(name: string, unit: string, rounds: readonly Round[]): string {
  const of = (pick: (round: Round) => number): string => {
    const value = median(rounds.map(pick));
    return value < 10 ? value.toFixed(2) : value.toFixed(0);
  };
  const cells = [
    name,
    `${of(([weir]) => weir.rate)} ${unit}`,
    `${of(([, bare]) => bare.rate)} ${unit}`,
    of(([weir, bare]) => weir.rate / bare.rate),
    `${of(([, , passing]) => passing.rate)} ${unit}`,
    of(([weir, , passing]) => weir.rate / passing.rate),
    of(([weir]) => weir.micros),
    of(([, bare]) => bare.micros),
    of(([, , passing]) => passing.micros),
  ];
  return `| ${cells.join(" | ")} |`;
}

async function serverOf(child: ChildProcess): Promise<Server> {
  return { port: await portOf(child), pid: child.pid ?? 0 };
}

async function compare(servers: readonly [Server, Server, Server]): Promise<string[]> {
  const rows: string[] = [];
  for (const { name, unit, each, task } of CASES) {
    const measureOne = ({ port, pid }: Server): Promise<Measured> =>
      measure(pid, { ...task, port, ms: PHASE_MS }, each);
    const rounds: Round[] = [];
    // The first round warms all up.
    for (let round = 0; round <= ROUNDS; round++) {
      const [weir, bare, passing] = servers;
      const one: Round = [
        await measureOne(weir),
        await measureOne(bare),
        await measureOne(passing),
      ];
      if (round > 0) rounds.push(one);
    }
    rows.push(row(name, unit, rounds));
  }
  return rows;
}

interface Server {
  readonly port: number;
  readonly pid: number;
}

interface Idle {
  readonly count: number;
  /** MB, before them and with them. */
  readonly before: number;
  readonly after: number;
  /** Of the server's children. */
  readonly besides: number;
  /** Connections that were answered once more. */
  readonly again: number;
}

async function idleMemory({ port, pid }: Server): Promise<Idle> {
  const resident = (of: number): number => residentBytes(of) / MEGA;
  const before = resident(pid);
  const { count } = await run({ kind: "idle", port, connections: IDLE });
  const besides = childrenOf(pid).reduce((sum, child) => sum + resident(child), 0);
  const after = resident(pid);
  const again = (await run({ kind: "again" })).count;
  await run({ kind: "close" });
  return { count, before, after, besides, again };
}

function tellIdle(name: string, { count, before, after, besides, again }: Idle): string {
  const each = ((after - before) * KILO) / count;
  const more = besides > 0 ? `, its store ${besides.toFixed(0)} MB besides` : "";
  return `- ${name}: ${after.toFixed(0)} MB resident (${before.toFixed(0)} MB before them), ${each.toFixed(1)} kB each${more}; ${again} answered once more.`;
}

try {
  const upstreamPort = await portOf(peer("bulk.ts", {}));
  const file = writeMaterial(upstreamPort);
  const pair = { CERT: cert ?? "", KEY: key ?? "" };
  const bare = await serverOf(peer("bulk.ts", pair));
  const passing = await serverOf(peer("pass-on.ts", { ...pair, UPSTREAM: `${upstreamPort}` }));
  const first = await startWeir(file);
  const weir = { port: first.port, pid: first.child.pid ?? 0 };
  // Before the rest, whose garbage a process keeps.
  const idle = await idleMemory(weir);
  const bareIdle = await idleMemory(bare);
  const day = new Date().toISOString().slice(0, 10);
  const text = [
    `## TLS 1.3, ECDSA P-256, ${day}, ${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}`,
    "",
    `Medians of ${ROUNDS} rounds in turns; client and upstream share the cores. weir: one worker in front of the upstream, rows and store on; bare: node:https that answers by itself, from memory; passing on: node:https in front of the same upstream by node:http. CPU: of the whole server process, microseconds for a handshake or a MB.`,
    "",
    "| what | weir | bare | weir to it | passing on | weir to it | weir CPU | bare CPU | passing on CPU |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...(await compare([weir, bare, passing])),
    "",
    `${idle.count} idle TLS connections, each of which had asked once:`,
    "",
    tellIdle("weir's threads", idle),
    tellIdle("bare node:https", bareIdle),
    "",
  ].join("\n");
  process.stdout.write(text);
  if (values.write) {
    writeFileSync(join(import.meta.dirname, "TLS.md"), `# TLS beside bare node:https\n\n${text}`);
  }
} finally {
  load.kill("SIGKILL");
  for (const child of children) child.kill("SIGTERM");
  const running = children.filter(({ exitCode }) => exitCode === null);
  await Promise.all(running.map((child) => once(child, "exit")));
  rmSync(folder, { recursive: true, force: true });
}
