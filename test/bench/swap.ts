// `npm run bench:swap`: how long requests take while a large policy is built and swapped again and again, beside how
// long they take while another thread is merely as busy. Options: --rules N, --rounds N.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { loadConfig } from "../../src/config/load.ts";
import { startDataPlane } from "../../src/control/data-plane.ts";
import { loadAll } from "../../src/control/load-all.ts";
import { openSpool } from "../../src/control/open-spool.ts";
import { createReloader, type Reloader } from "../../src/control/reloader.ts";
import { silentLog } from "../../src/core/log.ts";
import { openWorkerThread } from "../../src/proxy/worker-thread.ts";
import type { PhaseSeen } from "./swap-load.ts";

const { values } = parseArgs({
  options: {
    rules: { type: "string", default: "100000" },
    rounds: { type: "string", default: "5" },
  },
});
const RULES = Number(values.rules);
const PHASE_MS = 5_000;
const REVISIONS = 4;
const MODEL = `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act
`;
const CONFIG = `listen: { http: 127.0.0.1:0 }
workers: 1
data: data
services: { a: { endpoints: ["http://127.0.0.1:9"] } }
routes: [{ name: all, service: a }]
policy: { model: model.conf, rules: rules.csv, explain: true }
`;
/** As much work for a core as a build, and none of it weir's. */
const SPIN = `let kept = [];
for (;;) { kept.push({ at: kept.length, text: "x" + kept.length }); if (kept.length > 5e5) kept = []; }`;

/** In revision n the caller holds role n, which a rule of n alone denies: half of it would allow, or deny by no rule. */
function rulesOf(revision: number): string {
  const rules = Array.from(
    { length: RULES },
    (_, at) => `p, team${at % 10_000}, /svc${at % 500}/:id/${at}, GET, allow`,
  );
  const open = Array.from({ length: REVISIONS }, (_, at) => {
    return `p, role${at}, /orders/:id, GET, ${at === revision ? "deny" : "allow"}`;
  });
  return [...rules, ...open, `g, anonymous, role${revision}`].join("\n");
}

const folder = mkdtempSync(join(tmpdir(), "weir-bench-swap-"));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const texts = Array.from({ length: REVISIONS }, (_, at) => rulesOf(at));
write("weir.yaml", CONFIG);
write("model.conf", MODEL);
write("rules.csv", texts[0] ?? "");
const load = () => loadConfig(join(folder, "weir.yaml"), {});
const first = await loadAll(load);
if (!first.ok) throw new Error(JSON.stringify(first.faults));
const plane = await startDataPlane({
  revoked: [],
  initial: first.next,
  spool: openSpool(first.next.config, 1),
  first: openWorkerThread({ index: 0, log: silentLog }),
  log: silentLog,
});
const { publish } = plane;
const reloader = createReloader({ initial: first.next, load, publish, log: silentLog });
const clients = fork(join(import.meta.dirname, "swap-load.ts"), [String(plane.workers.ports.http)]);

async function seen(word: "phase" | "stop"): Promise<PhaseSeen> {
  const said = once(clients, "message");
  clients.send(word);
  const [phase] = (await said) as [PhaseSeen];
  return phase;
}

let revision = 0;
let reloads = 0;

async function reloadOn(of: Reloader, endMs: number): Promise<void> {
  while (performance.now() < endMs) {
    revision = (revision + 1) % REVISIONS;
    write("rules.csv", texts[revision] ?? "");
    const { fault } = await of.reload();
    if (fault !== null) throw new Error(fault);
    reloads++;
  }
}

const PHASES: Readonly<Record<string, () => Promise<unknown>>> = {
  quiet: () => sleep(PHASE_MS),
  "another thread busy": async () => {
    const spinning = new Worker(SPIN, { eval: true });
    await sleep(PHASE_MS);
    await spinning.terminate();
  },
  "reload after reload": () => reloadOn(reloader, performance.now() + PHASE_MS),
};

function quantile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function median(of: readonly number[]): number {
  return quantile(
    of.toSorted((one, other) => one - other),
    0.5,
  );
}

const rows = new Map<string, number[][]>();
const decidedBy = new Set<string>();
// The first round warms up, and does not count.
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [name, phase] of Object.entries(PHASES)) {
    await seen("phase");
    await phase();
    const { tookUs, rules } = await seen("phase");
    for (const rule of Object.keys(rules)) decidedBy.add(rule);
    const sorted = tookUs.toSorted((one, other) => one - other);
    const row = [sorted.length, ...[0.5, 0.99, 0.999, 1].map((share) => quantile(sorted, share))];
    if (round > 0) rows.set(name, [...(rows.get(name) ?? []), row]);
  }
}
await seen("stop");
await plane.workers.drain(0);
rmSync(folder, { recursive: true });

process.stdout.write("| while | requests | p50 us | p99 us | p99.9 us | worst us |\n");
process.stdout.write("| --- | --: | --: | --: | --: | --: |\n");
for (const [name, all] of rows) {
  const medians = (all[0] ?? []).map((_, at) => median(all.map((row) => row[at] ?? 0)));
  process.stdout.write(`| ${name} | ${medians.join(" | ")} |\n`);
}
process.stdout.write(`\n${reloads} reloads of ${RULES} rules; decided by:\n`);
for (const rule of [...decidedBy].toSorted()) process.stdout.write(`  ${rule}\n`);
const isWhole = (rule: string): boolean => /^403 "rule":"p, role\d, .* deny"$/.test(rule);
if (![...decidedBy].every(isWhole)) throw new Error("a request was decided by no whole revision");
