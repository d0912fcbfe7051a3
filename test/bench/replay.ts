// `npm run bench:replay`: the command `weir policy replay` over recorded requests in a real store, all of them
// different, against a policy of as many rules as asked. Options: --requests N, --rules N, --write (POLICY.md).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { silentLog } from "../../src/core/log.ts";
import { createStore } from "../../src/store/client.ts";
import { createEmbeddedStore } from "../../src/store/embedded/supervisor.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createSite, startWeir, type Site, storePid } from "../support/weir-process.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "1000000" },
    rules: { type: "string", default: "100000" },
    write: { type: "boolean", default: false },
  },
});
const REQUESTS = Number(values.requests);
const RULES = Number(values.rules);
const ROLES = RULES / 10;
const METHODS = ["GET", "POST", "PUT", "DELETE"];
const DAYS = 6;
const A_BATCH = 50_000;
const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");
const MEGA = 1024 * 1024;

const MODEL = model({
  policy: "sub, obj, act",
  effect: EFFECTS.allowOverride,
  matcher: "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act",
});

/**
 * Rule k is of role k mod ROLES. Request n is by a user of that role and by one of its ten rules, and every
 * tenth asks for what no rule allows. Left out of the candidate: rules with k mod 100 = 7.
 */
function candidate(): string {
  const rules = Array.from({ length: RULES }, (_, k) => {
    const path = `/svc${k % 250}/res${k % 100}/:id`;
    return `p, role:${k % ROLES}, ${path}, ${METHODS[Math.floor(k / ROLES) % 4]}`;
  }).filter((_, k) => k % 100 !== 7);
  const links = Array.from({ length: ROLES }, (_, at) => `g, user${at}, role:${at}`);
  return [...rules, ...links].join("\n");
}

const LOST = REQUESTS / 100;

function fill(from: number): string {
  const rule = `(number % ${ROLES} + ${ROLES} * (intDiv(number, ${ROLES}) % 10))`;
  const sinceMs = Date.now() - DAYS * 86_400_000;
  return `INSERT INTO requests (kind, started_at, trace_id, span_id, method, path, route, service,
      principal, principal_kind, decision, rule, rule_source, policy_revision, policy_request, status)
    SELECT 'http', fromUnixTimestamp64Milli(toInt64(${sinceMs} + intDiv(number * ${DAYS * 86_400_000}, ${REQUESTS}))),
      lower(hex(MD5(toString(number)))), lower(hex(cityHash64(number))),
      ['GET', 'POST', 'PUT', 'DELETE'][intDiv(${rule}, ${ROLES}) % 4 + 1] AS method,
      concat('/svc', toString(${rule} % 250), '/res', toString(${rule} % 100), '/', toString(number),
        if(number % 10 = 0, '/more', '')) AS path,
      concat('svc', toString(${rule} % 250)) AS route, route AS service,
      concat('user', toString(number % ${ROLES})) AS principal, 'key',
      if(number % 10 = 0, 'deny', 'allow') AS decision,
      if(decision = 'deny', '', concat('p, role:', toString(number % ${ROLES}), ', ', path)),
      if(decision = 'deny', '', concat('policy.csv:', toString(${rule} + 1))),
      'abcdef012345', [principal, path, method], 200
    FROM numbers(${from}, ${Math.min(A_BATCH, REQUESTS - from)})`;
}

const ANSWER = z.object({
  requests: z.number(),
  replayed: z.number(),
  gained_requests: z.number(),
  lost_requests: z.number(),
});

const HEAD = `${cpus().length} cores, ${cpus()[0]?.model ?? ""}, Node ${process.version}
| day | requests, all different | rules | \`weir policy replay\` | its memory | weir's | the store's |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
`;

const site = createSite(`listen: { http: "127.0.0.1:0" }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: 1
store: embedded
services: { none: { endpoints: [ "http://127.0.0.1:9" ] } }
routes: [ { name: none, match: { path: /none }, service: none } ]
`);
try {
  await record(site);
  writeFileSync(join(site.folder, "model.conf"), MODEL);
  writeFileSync(join(site.folder, "policy.csv"), candidate());
  report(await measure(site));
} finally {
  site.remove();
}

async function record({ data }: Site): Promise<void> {
  const folder = join(data, "store");
  mkdirSync(folder, { recursive: true });
  const embedded = createEmbeddedStore({ folder, log: silentLog });
  const store = createStore({ url: await embedded.start() });
  await migrate(store, DEFAULTS.retention);
  for (let from = 0; from < REQUESTS; from += A_BATCH) await store.command(fill(from));
  await store.close();
  await embedded.stop();
}

interface Measured {
  readonly seconds: number;
  readonly peaks: Readonly<Record<"command" | "weir" | "store", number>>;
  readonly answer: z.output<typeof ANSWER>;
}

async function measure(at: Site): Promise<Measured> {
  const weir = await startWeir(at);
  await weir.until(({ store }) => store.state === "ready");
  const startedMs = performance.now();
  const args = ["policy", "replay", "--candidate", at.folder, "--since", "30d", "--json"];
  const child = spawn(process.execPath, [MAIN, ...args, "--admin", weir.admin], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  let command = 0;
  const sampler = setInterval(() => (command = Math.max(command, peakOf(child.pid))), 50);
  await once(child, "close");
  clearInterval(sampler);
  const seconds = (performance.now() - startedMs) / 1000;
  const peaks = { command, weir: peakOf(weir.pid), store: peakOf(storePid(at)) };
  await weir.stop();
  return { seconds, peaks, answer: ANSWER.parse(JSON.parse(out)) };
}

/** Resident bytes at most, so far. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function report({ seconds, peaks, answer }: Measured): void {
  const { requests, replayed, gained_requests: gained, lost_requests: lost } = answer;
  if (replayed !== REQUESTS || gained !== 0 || lost !== LOST) {
    throw new Error(`not what was recorded: ${JSON.stringify(answer)}`);
  }
  const mega = (bytes: number): string => `${Math.round(bytes / MEGA)} MB`;
  const cells = [requests, RULES].map((count) => count.toLocaleString("en"));
  const figures = [`${seconds.toFixed(1)} s`, ...Object.values(peaks).map(mega)];
  const row = `| ${new Date().toISOString().slice(0, 10)} | ${[...cells, ...figures].join(" | ")} |\n`;
  process.stdout.write(`${HEAD}${row}`);
  if (values.write) appendFileSync(join(import.meta.dirname, "POLICY.md"), row);
}
