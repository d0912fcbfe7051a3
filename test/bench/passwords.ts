// `npm run bench:passwords`: how long requests of a plain route take while 50 wrong passwords a second are verified,
// beside how long they take without, in turns. Options: --rounds N.
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

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const ROUNDS = Number(values.rounds);
const PHASE_MS = 4_000;
/** For the guesses that wait to be verified. */
const SETTLE_MS = 2_000;
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

type Phase = "quiet" | "guess";

async function phase(load: ChildProcess, word: Phase): Promise<PasswordsSeen> {
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
const p99s: Record<Phase, number[]> = { quiet: [], guess: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const word of ["quiet", "guess"] as const) {
    const { tookUs, guesses } = await phase(load, word);
    const sorted = tookUs.toSorted((a, b) => a - b);
    const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => quantile(sorted, share).toFixed(0));
    p99s[word].push(quantile(sorted, 0.99));
    console.log(
      `${word.padEnd(6)} ${sorted.length} requests, p50 ${p50} us, p99 ${p99} us, p99.9 ${p999} us, guesses ${JSON.stringify(guesses)}`,
    );
  }
}
console.log(
  `median p99: ${median(p99s.quiet).toFixed(0)} us quiet, ${median(p99s.guess).toFixed(0)} us with guesses`,
);
await told(load, "stop");
await dataPlane.workers.drain(0);
rmSync(folder, { recursive: true, force: true });
