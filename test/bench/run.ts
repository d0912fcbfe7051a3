// `npm run bench`: processor time per request of weir and its peers in one run, as a table.
// Options: --requests N (of one turn), --rounds N, --only TEXT, --write (keeps the table in RESULTS.md).
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { processMicros, threadMicros, threadOf } from "./cpu-time.ts";
import { load, type LoadResult } from "./load.ts";
import { markdown, type Measured } from "./results.ts";
import { type Target, targets } from "./targets.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    rounds: { type: "string", default: "9" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

const CONNECTIONS = 32;
const UPSTREAM_PORT = 24_901;
const FIRST_PORT = 24_910;
const PATHS = Array.from({ length: 500 }, (_, at) => `/orders/${at}`);
const HEADERS = ["x-api-key: bench-key-alice", "Accept: application/json"];
/** For code to be compiled, connections opened and the store to be up. */
const WARM_UP_TURNS = 2;

interface Running {
  readonly target: Target;
  readonly child: ChildProcess;
  readonly port: number;
  readonly rounds: Measured[];
}

// Load and upstream share core 0; what is measured has core 1.
execFileSync("taskset", ["-p", "-c", "0", String(process.pid)], { stdio: "ignore" });
let started = 0;
const folder = mkdtempSync(join(tmpdir(), "weir-bench-"));
const upstreamFile = join(import.meta.dirname, "upstream.ts");
const upstream = pinned(0, [process.execPath, upstreamFile, String(UPSTREAM_PORT)], {});
const running: Running[] = [];
try {
  await answering(UPSTREAM_PORT, "/");
  for (const target of listed()) running.push(await start(target));
  for (const one of running) for (let turn = 0; turn < WARM_UP_TURNS; turn++) await drive(one);
  // In turn, all of them alive: whatever else the machine does meanwhile falls on all alike.
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const one of running) one.rounds.push(await measure(one));
    process.stderr.write(`round ${round + 1} of ${values.rounds}\n`);
  }
} finally {
  await Promise.all(running.map(({ child }) => stop(child)));
  await stop(upstream);
  rmSync(folder, { recursive: true, force: true });
}
const results = new Map(running.map(({ target, rounds }) => [target.name, rounds]));
const table = markdown(results, { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length });
process.stdout.write(table);
if (values.write) appendFileSync(join(import.meta.dirname, "RESULTS.md"), `\n${table}`);

function listed(): Target[] {
  return targets({ folder, firstPort: FIRST_PORT, upstream: UPSTREAM_PORT }).filter(({ name }) =>
    name.includes(values.only),
  );
}

async function start(target: Target): Promise<Running> {
  // A data worker has core 1 to itself; the threads and the store beside it stay with the load.
  const child = pinned(target.thread === undefined ? 1 : 0, target.command, target.environment);
  await answering(target.port, "/orders/1");
  const tid = target.thread === undefined ? undefined : threadOf(child.pid ?? 0, target.thread);
  if (tid !== undefined) execFileSync("taskset", ["-p", "-c", "1", tid], { stdio: "ignore" });
  return { target, child, port: target.port, rounds: [] };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await exited;
  clearTimeout(late);
}

async function measure(one: Running): Promise<Measured> {
  const { target, child } = one;
  const pid = child.pid ?? 0;
  const before = sample(pid, target);
  const result = await drive(one);
  const after = sample(pid, target);
  return {
    cpuMicros: (after.all - before.all) / result.requests,
    threadMicros: (after.thread - before.thread) / result.requests,
    ...result,
  };
}

function sample(pid: number, { thread }: Target): { all: number; thread: number } {
  return { all: processMicros(pid), thread: thread === undefined ? 0 : threadMicros(pid, thread) };
}

async function drive({ target, port }: Running): Promise<LoadResult> {
  const requests = Math.ceil(Number(values.requests) * target.share);
  const result = await load({
    port,
    connections: CONNECTIONS,
    requests,
    paths: PATHS,
    headers: HEADERS,
  });
  if (result.failed > 0) throw new Error(`${result.failed} of ${requests} answers were not 200`);
  return result;
}

function pinned(
  core: number,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const env = { ...process.env, ...environment };
  // What they log goes to a file, as it would in earnest.
  const log = openSync(join(folder, `${started++}.log`), "w");
  return spawn("taskset", ["-c", String(core), ...command], { env, stdio: ["ignore", log, log] });
}

async function answering(port: number, path: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await answers(port, path)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers on port ${port}`);
}

function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n`),
    );
    socket.on("data", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
  });
}
