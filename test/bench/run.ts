// `npm run bench`: processor time per request of weir and its peers in one run, as a table.
// Options: --requests N, --rounds N, --only TEXT, --write (keeps the table in RESULTS.md).
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { processMicros, threadMicros, threadOf } from "./cpu-time.ts";
import { load, type LoadResult } from "./load.ts";
import { markdown, type Measured } from "./results.ts";
import { type Target, targets } from "./targets.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "60000" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

const CONNECTIONS = 32;
const UPSTREAM_PORT = 24_901;
const TARGET_PORT = 24_900;
const PATHS = Array.from({ length: 500 }, (_, at) => `/orders/${at}`);
const HEADERS = ["x-api-key: bench-key-alice", "Accept: application/json"];

const folder = mkdtempSync(join(tmpdir(), "weir-bench-"));
const upstream = pinned(
  0,
  [process.execPath, join(import.meta.dirname, "upstream.ts"), String(UPSTREAM_PORT)],
  {},
);
await answering(UPSTREAM_PORT, "/");
const results = new Map<string, Measured[]>();
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const target of listed(round)) {
      const measured = await measure(target);
      results.set(target.name, [...(results.get(target.name) ?? []), measured]);
      process.stderr.write(`${target.name}: ${measured.cpuMicros.toFixed(1)} us\n`);
    }
  }
} finally {
  upstream.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
const table = markdown(results, { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length });
process.stdout.write(table);
if (values.write) appendFileSync(join(import.meta.dirname, "RESULTS.md"), `\n${table}`);

/** A fresh folder for each round: nobody inherits a store that another round filled. */
function listed(round: number): Target[] {
  const place = { folder: join(folder, String(round)), port: TARGET_PORT, upstream: UPSTREAM_PORT };
  mkdirSync(place.folder);
  return targets(place).filter(({ name }) => name.includes(values.only));
}

/** Warm-up first, so that code is compiled and connections are open; then the counted requests. */
async function measure(target: Target): Promise<Measured> {
  // A data worker has core 1 to itself; the threads and the store beside it stay with the load.
  const child = pinned(target.thread === undefined ? 1 : 0, target.command, target.environment);
  const exited = once(child, "exit");
  try {
    await answering(TARGET_PORT, "/orders/1");
    pinThread(child.pid ?? 0, target);
    const requests = Math.ceil(Number(values.requests) * target.share);
    await drive(Math.ceil(requests / 2));
    const pid = child.pid ?? 0;
    const before = sample(pid, target);
    const result = await drive(requests);
    const after = sample(pid, target);
    return {
      cpuMicros: (after.all - before.all) / requests,
      threadMicros: (after.thread - before.thread) / requests,
      ...result,
    };
  } finally {
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await exited;
    clearTimeout(late);
  }
}

function pinThread(pid: number, { thread }: Target): void {
  const tid = thread === undefined ? undefined : threadOf(pid, thread);
  if (tid !== undefined) execFileSync("taskset", ["-p", "-c", "1", tid], { stdio: "ignore" });
}

function sample(pid: number, { thread }: Target): { all: number; thread: number } {
  return { all: processMicros(pid), thread: thread === undefined ? 0 : threadMicros(pid, thread) };
}

async function drive(requests: number): Promise<LoadResult> {
  const result = await load({
    port: TARGET_PORT,
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
  const child = spawn("taskset", ["-c", String(core), ...command], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr?.on("data", (text: Buffer) => {
    if (process.env["VERBOSE"]) process.stderr.write(text);
  });
  return child;
}

async function answering(port: number, path: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
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
