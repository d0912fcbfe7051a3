// `npm run bench:tls`: TLS 1.3 full handshakes and bodies of weir beside those of a bare node:https server that answers
// by itself, in turns on one machine, and resident memory of weir under 10,000 idle TLS connections.
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

function peer(environment: Readonly<Record<string, string>>): ChildProcess {
  const child = fork(join(import.meta.dirname, "peers/bulk.ts"), {
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
limits: { connections: 12000 }
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

function row(
  name: string,
  unit: string,
  runs: readonly [weir: Measured, bare: Measured][],
): string {
  const of = (pick: (run: [Measured, Measured]) => number): number =>
    median(runs.map((each) => pick([...each])));
  const cells = [
    name,
    `${of(([weir]) => weir.rate).toFixed(0)} ${unit}`,
    `${of(([, bare]) => bare.rate).toFixed(0)} ${unit}`,
    of(([weir, bare]) => weir.rate / bare.rate).toFixed(2),
    of(([weir]) => weir.micros).toFixed(0),
    of(([, bare]) => bare.micros).toFixed(0),
    of(([weir, bare]) => bare.micros / weir.micros).toFixed(2),
  ];
  return `| ${cells.join(" | ")} |`;
}

async function compare(weir: Server, bare: Server): Promise<string[]> {
  const rows: string[] = [];
  for (const { name, unit, each, task } of CASES) {
    const runs: [Measured, Measured][] = [];
    // The first round warms both up.
    for (let round = 0; round <= ROUNDS; round++) {
      const both = [];
      for (const { port, pid } of [weir, bare]) {
        both.push(await measure(pid, { ...task, port, ms: PHASE_MS }, each));
      }
      const [one, other] = both;
      if (round > 0 && one !== undefined && other !== undefined) runs.push([one, other]);
    }
    rows.push(row(name, unit, runs));
  }
  return rows;
}

interface Server {
  readonly port: number;
  readonly pid: number;
}

async function idleMemory({ port, pid }: Server): Promise<string> {
  const resident = (of: number): number => residentBytes(of) / MEGA;
  const before = resident(pid);
  const { count } = await run({ kind: "idle", port, connections: IDLE });
  const store = childrenOf(pid).reduce((sum, child) => sum + resident(child), 0);
  const after = resident(pid);
  return `${count} idle TLS connections, each of which had asked once: weir's threads ${after.toFixed(0)} MB resident (${before.toFixed(0)} MB before them), its store ${store.toFixed(0)} MB besides.`;
}

try {
  const upstreamPort = await portOf(peer({}));
  const file = writeMaterial(upstreamPort);
  const secure = peer({ CERT: cert ?? "", KEY: key ?? "" });
  const bare = { port: await portOf(secure), pid: secure.pid ?? 0 };
  const first = await startWeir(file);
  const weir = { port: first.port, pid: first.child.pid ?? 0 };
  // Before the rest, whose garbage a process keeps.
  const idle = await idleMemory(weir);
  await run({ kind: "close" });
  const day = new Date().toISOString().slice(0, 10);
  const text = [
    `## TLS 1.3, ECDSA P-256, ${day}, ${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}`,
    "",
    `Medians of ${ROUNDS} rounds in turns; client and upstream share the cores. weir: one worker in front of the upstream, rows and store on; bare: node:https that answers by itself. CPU: of the whole server process, microseconds for a handshake or a MB.`,
    "",
    "| what | weir | bare node:https | ratio | weir CPU | bare CPU | ratio |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...(await compare(weir, bare)),
    "",
    idle,
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
