// `npm run bench:memory`: resident memory of weir under a steady rate for a minute, as a line of a table.
// Options: --rate N (requests a second), --seconds N, --write (keeps the line in RESULTS.md).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { residentBytes } from "./cpu-time.ts";
import { load } from "./load.ts";
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
const PATHS = Array.from({ length: 5_000 }, (_, at) => `/orders/${at}`);
const HEADERS = ["x-api-key: bench-key-alice", "Accept: application/json"];

const folder = mkdtempSync(join(tmpdir(), "weir-memory-"));
const target = targets({ folder, firstPort: FIRST_PORT, upstream: UPSTREAM_PORT }).find(
  ({ thread }) => thread !== undefined,
);
if (target === undefined) throw new Error("weir is not among the targets");
const { port } = target;
const [command = "", ...args] = target.command;
const upstream = spawn(
  process.execPath,
  [join(import.meta.dirname, "upstream.ts"), String(UPSTREAM_PORT)],
  { stdio: "ignore" },
);
const weir = spawn(command, args, { stdio: "ignore" });
try {
  await sleep(5_000); // the store is up, and first rows are in it
  const samples: number[] = [];
  const rate = Number(values.rate);
  const startedMs = performance.now();
  let sent = 0;
  for (let second = 1; second <= Number(values.seconds); second++) {
    await load({ port, connections: 32, requests: rate, paths: PATHS, headers: HEADERS });
    sent += rate;
    samples.push(residentBytes(weir.pid ?? 0) / MEGA);
    await sleep(Math.max(0, startedMs + second * 1000 - performance.now()));
  }
  report(samples, sent / ((performance.now() - startedMs) / 1000));
} finally {
  const exited = once(weir, "exit");
  weir.kill("SIGTERM");
  upstream.kill("SIGKILL");
  await exited;
  rmSync(folder, { recursive: true, force: true });
}

function report(samples: readonly number[], rate: number): void {
  const shown = [0.1, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = Math.min(samples.length - 1, Math.ceil(samples.length * share) - 1);
    return `${Math.round(samples[at] ?? 0)}`;
  });
  const day = new Date().toISOString().slice(0, 10);
  const text = [
    `## Memory, ${day}, ${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}`,
    "",
    `${samples.length} s at ${Math.round(rate)} requests/s: resident MB of main thread and worker`,
    `after 10, 25, 50, 75 and 100 % of the time: ${shown.join(", ")}; most ${Math.round(Math.max(...samples))}.`,
    "",
  ].join("\n");
  process.stdout.write(text);
  if (values.write) appendFileSync(join(import.meta.dirname, "RESULTS.md"), `\n${text}`);
}
