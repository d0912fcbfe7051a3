// `npm run bench:tokens`: how long requests of a plain route take on a worker that verifies 200 new ES256 tokens a second,
// beside how long they take while that many known tokens come instead, and none, in turns. Options: --rounds N, --rate N.
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
import { openWorkerThread } from "../../src/proxy/worker-thread.ts";
import type { Phase, TokenOrder, TokensReady, TokensSeen } from "./token-load.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    rate: { type: "string", default: "200" },
  },
});
const ROUNDS = Number(values.rounds);
const PHASE_MS = 2_000;
const PHASES: readonly Phase[] = ["none", "known", "new"];

function configOf({ upstreamPort, publicKey }: TokensReady): string {
  return `listen: { http: 127.0.0.1:0 }
workers: 1
data: data
services: { a: { endpoints: ["http://127.0.0.1:${upstreamPort}"] } }
identity:
  tokens: [ { issuer: "https://issuer.test", audience: [ a ], keys: [ ${JSON.stringify(publicKey)} ] } ]
routes:
  - { name: open, service: a }
  - { name: closed, service: a, match: { path: /closed }, authenticate: [jwt] }
`;
}

async function told(load: ChildProcess, word: TokenOrder | Phase): Promise<TokensSeen> {
  const answer = once(load, "message");
  load.send(word);
  return ((await answer) as [TokensSeen])[0];
}

function quantile(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

const folder = mkdtempSync(join(tmpdir(), "weir-tokens-"));
const load = fork(new URL("./token-load.ts", import.meta.url));
const [ready] = (await once(load, "message")) as [TokensReady];
writeFileSync(join(folder, "weir.yaml"), configOf(ready));
const loaded = await loadAll(() => loadConfig(join(folder, "weir.yaml"), {}));
if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
const initial = loaded.next;
const dataPlane = await startDataPlane({
  initial,
  revoked: [],
  spool: openSpool(initial.config, 2),
  first: openWorkerThread({ index: 0, log: silentLog }),
  log: silentLog,
});
const rate = Number(values.rate);
// Twice what the phases need.
const count = Math.ceil(((rate * PHASE_MS) / 1_000) * (ROUNDS + 1) * 2);
await told(load, { port: dataPlane.workers.ports.http, rate, count });
interface Windows {
  readonly p50: number[];
  readonly p99: number[];
  readonly answers: number[];
}
const none = (): Windows => ({ p50: [], p99: [], answers: [] });
const seen: Record<Phase, Windows> = { none: none(), known: none(), new: none() };
for (let round = -1; round < ROUNDS; round++) {
  for (const phase of PHASES) {
    await told(load, phase);
    await sleep(PHASE_MS);
    const { tookUs, ok, others } = await told(load, phase);
    if (others > 0) throw new Error(`${others} tokens were refused`);
    // The first round warms up.
    if (round < 0) continue;
    seen[phase].p50.push(quantile(tookUs, 0.5));
    seen[phase].p99.push(quantile(tookUs, 0.99));
    seen[phase].answers.push((ok / PHASE_MS) * 1_000);
  }
}
console.log("| tokens beside it | a second | p50 us | p99 us | p99, quarters |");
console.log("| ---------------- | -------: | -----: | -----: | ------------: |");
for (const phase of PHASES) {
  const { p50, p99, answers } = seen[phase];
  const [low, high] = [quantile(p99, 0.25), quantile(p99, 0.75)].map((us) => us.toFixed(0));
  const [each, middle, end] = [answers, p50, p99].map((all) => quantile(all, 0.5).toFixed(0));
  console.log(
    `| ${phase.padEnd(16)} | ${each?.padStart(8)} | ${middle?.padStart(6)} | ${end?.padStart(6)} | ${`${low} to ${high}`.padStart(13)} |`,
  );
}
load.send("stop");
await dataPlane.workers.drain(0);
rmSync(folder, { recursive: true, force: true });
