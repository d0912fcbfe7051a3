// `npm run bench:guesses`: how long requests of a plain route take while 50 wrong passwords or 500 forged ES256 tokens a
// second are verified, beside how long they take without, in turns. Options: --rounds N.
import { type ChildProcess, fork } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
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
import type { GuessesSeen, Guessing } from "./guess-load.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "31" } } });
const ROUNDS = Number(values.rounds);
/** Short, so that what else the machine does meets all alike. */
const PHASE_MS = 1_000;
/** For the guesses that wait to be verified. */
const SETTLE_MS = 300;
const ISSUER = "https://issuer.test";
const configOf = (upstreamPort: number): string => `listen: { http: 127.0.0.1:0 }
workers: 1
data: data
services: { a: { endpoints: ["http://127.0.0.1:${upstreamPort}"] } }
identity:
  users: { file: users }
  tokens: [ { issuer: "${ISSUER}", audience: [ orders ], keys: [ "\${file:issuer.pem}" ] } ]
  failures: { per_source_per_minute: 0, per_subject_per_minute: 0 }
routes:
  - { name: open, service: a }
  - { name: password, service: a, match: { path: /password }, authenticate: [basic] }
  - { name: token, service: a, match: { path: /token }, authenticate: [jwt] }
`;

async function seenIn(load: ChildProcess, word: Guessing): Promise<GuessesSeen> {
  // What was seen on the way into it belongs to neither.
  await told(load, word);
  await sleep(SETTLE_MS);
  await told(load, word);
  await sleep(PHASE_MS);
  return told(load, word);
}

async function told(load: ChildProcess, word: Guessing | "stop"): Promise<GuessesSeen> {
  const answer = once(load, "message");
  load.send(word);
  return ((await answer) as [GuessesSeen])[0];
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
const NAMES: readonly (readonly [Guessing, string])[] = [
  ["quiet", "quiet"],
  ["password", "50 wrong passwords a second"],
  ["broken", "500 broken tokens a second"],
  ["token", "500 forged tokens a second"],
];

const folder = mkdtempSync(join(tmpdir(), "weir-guesses-"));
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const load = fork(new URL("./guess-load.ts", import.meta.url), [ISSUER]);
const [upstreamPort] = (await once(load, "message")) as [number];
writeFileSync(join(folder, "users"), `alice:${await hashPassword("correct horse")}\n`);
writeFileSync(join(folder, "issuer.pem"), publicKey.export({ format: "pem", type: "spki" }));
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
await seenIn(load, "quiet");
const quantiles: Record<Guessing, number[][]> = { quiet: [], password: [], broken: [], token: [] };
const answers: Record<string, number> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [word] of NAMES) {
    const { tookUs, guesses } = await seenIn(load, word);
    const sorted = tookUs.toSorted((a, b) => a - b);
    const seen = SHARES.map((share) => quantile(sorted, share));
    quantiles[word].push(seen);
    for (const [status, count] of Object.entries(guesses)) {
      const answer = `${word} ${status}`;
      answers[answer] = (answers[answer] ?? 0) + count;
    }
  }
}
console.log("| while                       | p50 us | p99 us | p99.9 us |");
console.log("| --------------------------- | -----: | -----: | -------: |");
for (const [word, name] of NAMES) {
  const [p50, p99, p999] = SHARES.map((_, at) =>
    median(quantiles[word].map((each) => each[at] ?? 0)).toFixed(0),
  );
  const cells = [name.padEnd(27), p50?.padStart(6), p99?.padStart(6), p999?.padStart(8)];
  console.log(`| ${cells.join(" | ")} |`);
}
console.log(`guesses by answer: ${JSON.stringify(answers)}`);
await told(load, "stop");
await dataPlane.workers.drain(0);
rmSync(folder, { recursive: true, force: true });
