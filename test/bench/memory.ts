// `npm run bench:memory`: resident memory of weir under a steady rate for a minute, as lines of a table,
// and what the store spent on the rows, once it has them all: one for each request.
// Options: --rate N (requests a second), --seconds N, --write (keeps the lines in RESULTS.md).
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { z } from "zod";
import { startCheapUpstream } from "./cheap-upstream.ts";
import { childrenOf, processMicros, residentBytes, threadMicros } from "./cpu-time.ts";
import { steadyLoad, type SteadyResult } from "./steady-load.ts";
import { targets } from "./targets.ts";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "10000" },
    seconds: { type: "string", default: "60" },
    write: { type: "boolean", default: false },
  },
});
const UPSTREAM_PORT = 24_961;
const FIRST_PORT = 24_970;
const MEGA = 1024 * 1024;
const LONGEST_DRAIN_MS = 300_000;
const ANSWER = z.object({ rows: z.tuple([z.object({ n: z.number() })]) });
const HEADERS = ["x-api-key: bench-key-alice", "Accept: application/json", "User-Agent: bench"];

const folder = mkdtempSync(join(tmpdir(), "weir-memory-"));
const target = targets({ folder, firstPort: FIRST_PORT, upstream: UPSTREAM_PORT }).find(
  ({ thread }) => thread !== undefined,
);
if (target === undefined) throw new Error("weir is not among the targets");
const { port, thread = "" } = target;
const [command = "", ...args] = target.command;
const upstream = startCheapUpstream(UPSTREAM_PORT, folder);
const weir = spawn(command, args, { stdio: "ignore" });
const pid = weir.pid ?? 0;
try {
  const warmUp = { port, connections: 32, rate: 1000, seconds: 5, paths: 5_000, headers: HEADERS };
  await sleep(5_000); // the store is up
  const first = await steadyLoad(warmUp);
  const warm = await drained(first.requests);
  const before = spent();
  const samples: number[] = [];
  const sampler = setInterval(() => samples.push(residentBytes(pid) / MEGA), 1000);
  const asked = { rate: Number(values.rate), seconds: Number(values.seconds) };
  const result = await steadyLoad({ ...warmUp, ...asked });
  clearInterval(sampler);
  const endedMs = performance.now();
  const rows = await drained(warm + result.requests);
  const after = spent();
  const distinct = await ask("uniqExact(trace_id, span_id)");
  if (rows !== distinct) throw new Error(`${rows} rows of ${distinct} requests`);
  report(result, samples, {
    drainSeconds: (performance.now() - endedMs) / 1000,
    rows: rows - warm,
    storeMicros: (after.store - before.store) / result.requests,
    workerMicros: (after.worker - before.worker) / result.requests,
  });
} finally {
  const exited = once(weir, "exit");
  weir.kill("SIGTERM");
  upstream.kill("SIGKILL");
  await exited;
  rmSync(folder, { recursive: true, force: true });
}

function spent(): { store: number; worker: number } {
  const store = childrenOf(pid).reduce((sum, child) => sum + processMicros(child), 0);
  return { store, worker: threadMicros(pid, thread) };
}

/** Rows in the store once they are at least so many and no more come. */
async function drained(least: number): Promise<number> {
  const giveUpMs = performance.now() + LONGEST_DRAIN_MS;
  let last = -1;
  while (performance.now() < giveUpMs) {
    const rows = await ask("count()");
    if (rows >= least && rows === last) return rows;
    last = rows;
    await sleep(2_000);
  }
  throw new Error(`${last} rows of at least ${least} requests after ${LONGEST_DRAIN_MS} ms`);
}

/** The first cell of a query's only row. */
async function ask(sql: string): Promise<number> {
  const asking = args.map((word) => (word === "run" ? "query" : word));
  const answer = ["--sql", `SELECT ${sql} AS n FROM requests`, "--json"];
  const { stdout } = await promisify(execFile)(command, [...asking, ...answer]);
  return ANSWER.parse(JSON.parse(stdout)).rows[0].n;
}

interface Spent {
  readonly drainSeconds: number;
  readonly rows: number;
  readonly storeMicros: number;
  readonly workerMicros: number;
}

function report(result: SteadyResult, samples: readonly number[], spent: Spent): void {
  const shown = [0.1, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = Math.min(samples.length - 1, Math.ceil(samples.length * share) - 1);
    return `${Math.round(samples[at] ?? 0)}`;
  });
  const day = new Date().toISOString().slice(0, 10);
  const text = [
    `## Memory, ${day}, ${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}`,
    "",
    `${Math.round(result.seconds)} s at ${Math.round(result.requests / result.seconds)} requests/s (${values.rate} asked for, by ${result.by}), ${result.failed} failed: resident MB of main thread and worker`,
    `after 10, 25, 50, 75 and 100 % of the time: ${shown.join(", ")}; most ${Math.round(Math.max(...samples))}.`,
    `${result.requests} requests, up to ${result.cutOff} more cut off at the end; ${spent.rows} rows, none twice, all stored ${spent.drainSeconds.toFixed(0)} s after.`,
    `Processor time: store ${spent.storeMicros.toFixed(1)} us a row, data worker ${spent.workerMicros.toFixed(1)} us a request.`,
    "",
  ].join("\n");
  process.stdout.write(text);
  if (values.write) appendFileSync(join(import.meta.dirname, "RESULTS.md"), `\n${text}`);
}
