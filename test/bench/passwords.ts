// `npm run bench:passwords`: how long requests of a plain route take while 50 wrong passwords a second are verified,
// beside how long they take without, and while hashes are made in libuv's pool, at the workers' own priority; in turns.
// Options: --rounds N.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../../src/config/load.ts";
import { startDataPlane } from "../../src/control/data-plane.ts";
import { loadAll } from "../../src/control/load-all.ts";
import { openSpool } from "../../src/control/open-spool.ts";
import { silentLog } from "../../src/core/log.ts";
import { hashPassword } from "../../src/identity/password-hash.ts";
import { openWorkerThread } from "../../src/proxy/worker-thread.ts";
import type { PasswordsSeen } from "./password-load.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "31" } } });
const ROUNDS = Number(values.rounds);
/** Short, so that what else the machine does meets all alike. */
const PHASE_MS = 1_000;
/** For the guesses that wait to be verified. */
const SETTLE_MS = 300;
const configOf = (upstreamPort: number): string => `listen: { http: 127.0.0.1:0 }
workers: 1
data: data
services: { a: { endpoints: ["http://127.0.0.1:${upstreamPort}"] } }
identity:
  users: { file: users }
  failures: { per_source_per_minute: 0, per_subject_per_minute: 0 }
routes:
  - { name: open, service: a }
  - { name: closed, service: a, match: { path: /closed }, authenticate: [basic] }
`;

type Phase = "quiet" | "guess" | "pool";

/** One hash after the other; as many as fit, where guesses are at most 50 a second. */
async function hashOn(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await hashPassword("wrong password");
}

async function phase(load: ChildProcess, word: Phase): Promise<PasswordsSeen> {
  const hashing = new AbortController();
  const hashed = word === "pool" ? hashOn(hashing.signal) : null;
  const seen = await seenIn(load, word);
  hashing.abort();
  await hashed;
  return seen;
}

async function seenIn(load: ChildProcess, word: Phase): Promise<PasswordsSeen> {
  // What was seen on the way into it belongs to neither.
  await told(load, word);
  await sleep(SETTLE_MS);
  await told(load, word);
  await sleep(PHASE_MS);
  return told(load, word);
}

async function told(load: ChildProcess, word: Phase | "stop"): Promise<PasswordsSeen> {
  const answer = once(load, "message");
  load.send(word);
  return ((await answer) as [PasswordsSeen])[0];
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const median = (list: readonly number[]): number =>
  quantile(
    list.toSorted((a, b) => a - b),
    0.5,
  );

const SHARES = [0.5, 0.99, 0.999];
const NAMES: readonly (readonly [Phase, string])[] = [
  ["quiet", "quiet"],
  ["guess", "50 guesses a second"],
  ["pool", "hashes in libuv's pool instead"],
];

const folder = mkdtempSync(join(tmpdir(), "weir-passwords-"));
const load = fork(new URL("./password-load.ts", import.meta.url));
const [upstreamPort] = (await once(load, "message")) as [number];
writeFileSync(join(folder, "users"), `alice:${await hashPassword("correct horse")}\n`);
writeFileSync(join(folder, "weir.yaml"), configOf(upstreamPort));
const loaded = await loadAll(() => loadConfig(join(folder, "weir.yaml"), {}));
if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
const initial = loaded.next;
const first = openWorkerThread({ index: 0, log: silentLog });
const dataPlane = await startDataPlane({
  initial,
  revoked: [],
  spool: openSpool(initial.config, 2),
  first,
  log: silentLog,
});
load.send(dataPlane.workers.ports.http);
await phase(load, "quiet");
const quantiles: Record<Phase, number[][]> = { quiet: [], guess: [], pool: [] };
const answers: Record<string, number> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const word of ["quiet", "guess", "pool"] as const) {
    const { tookUs, guesses } = await phase(load, word);
    const sorted = tookUs.toSorted((a, b) => a - b);
    const seen = SHARES.map((share) => quantile(sorted, share));
    quantiles[word].push(seen);
    for (const [status, count] of Object.entries(guesses))
      answers[status] = (answers[status] ?? 0) + count;
  }
}
console.log("| while                           | p50 us | p99 us | p99.9 us |");
console.log("| ------------------------------- | -----: | -----: | -------: |");
for (const [word, name] of NAMES) {
  const [p50, p99, p999] = SHARES.map((_, at) =>
    median(quantiles[word].map((each) => each[at] ?? 0)).toFixed(0),
  );
  const cells = [name.padEnd(31), p50?.padStart(6), p99?.padStart(6), p999?.padStart(8)];
  console.log(`| ${cells.join(" | ")} |`);
}
console.log(`guesses by answer: ${JSON.stringify(answers)}`);
await told(load, "stop");
await dataPlane.workers.drain(0);
rmSync(folder, { recursive: true, force: true });
