// Measures one engine with one policy, in a process of its own: `node measure.ts ENGINE KIND RULES`; prints JSON.
import { buildPolicy } from "../../../src/policy/build-policy.ts";
import { attachImage } from "../../../src/policy/image/attach-image.ts";
import type { PolicyImage } from "../../../src/policy/image/policy-image.ts";
import { type Ask, PEERS } from "./peers.ts";
import { type Asked, type Kind, modelOf, type Workload, workload } from "./workload.ts";

export interface Measured {
  /** Microseconds a decision, p50. */
  readonly hitUs: number;
  readonly missUs: number;
  readonly strangerUs: number;
  /** Of processor time, which other processes of the machine change least. */
  readonly buildMs: number;
  /** weir only, as what follows. */
  readonly attachMs: number;
  readonly imageMb: number;
  readonly residentMb: number;
}

const REQUESTS = 100_000;
/** Decisions timed together; reading the clock takes as long as some decisions. */
const WINDOW = 50;
const ROUNDS = 5;
const MAX_MS = 2000;

const NOTHING: Measured = {
  hitUs: 0,
  missUs: 0,
  strangerUs: 0,
  buildMs: 0,
  attachMs: 0,
  imageMb: 0,
  residentMb: 0,
};

let characters = 0;
const [engine = "weir", kind = "rbac", size = "1000"] = process.argv.slice(2);
const measured =
  kind === "first decision"
    ? await firstDecision()
    : await measure(engine, workload(kind as Kind, Number(size), REQUESTS));
process.stdout.write(`${JSON.stringify(measured)}\n`);

async function measure(name: string, work: Workload): Promise<Measured> {
  const { ask, ...costs } = await open(name, work);
  const hits = await p50(ask, work.hits, true);
  const misses = await p50(ask, work.misses, name === "casbin CachedEnforcer, one key");
  const strangers = await p50(ask, work.strangers, name === "casbin CachedEnforcer, one key");
  const residentMb = process.memoryUsage().rss / 1e6;
  return { hitUs: hits, missUs: misses, strangerUs: strangers, ...costs, residentMb };
}

interface Opened {
  readonly ask: Ask;
  readonly buildMs: number;
  readonly attachMs: number;
  readonly imageMb: number;
}

async function open(name: string, work: Workload): Promise<Opened> {
  const started = process.cpuUsage();
  const buildMs = (): number => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  };
  const peer = PEERS[name];
  if (peer !== undefined) {
    const ask = await peer.open(work);
    return { ask, buildMs: buildMs(), attachMs: 0, imageMb: 0 };
  }
  const image = imageOf(work.model, work.rules);
  const builtMs = buildMs();
  const attachedMs = performance.now();
  const { snapshot } = await attachImage(image);
  return {
    ask: (asked) => snapshot.decide(asked).effect === "allow",
    buildMs: builtMs,
    attachMs: performance.now() - attachedMs,
    imageMb: sharedBytes(image) / 1e6,
  };
}

function imageOf(model: string, rules: string): PolicyImage {
  const names = { modelFile: "model.conf", rulesFile: "policy.csv" };
  const build = buildPolicy({ ...names, modelText: model, rulesText: rules }, { request: null });
  if (!build.ok) throw new Error(JSON.stringify(build.faults));
  return build.image;
}

function sharedBytes(part: unknown): number {
  if (ArrayBuffer.isView(part)) return part.byteLength;
  if (typeof part !== "object" || part === null) return 0;
  return Object.values(part).reduce((sum: number, inner) => sum + sharedBytes(inner), 0);
}

/** The median over all windows; a wrong answer ends the run. */
async function p50(ask: Ask, requests: readonly Asked[], expected: boolean): Promise<number> {
  const windowsUs: number[] = [];
  const endMs = performance.now() + MAX_MS;
  for (let round = 0; round < ROUNDS; round++) {
    for (let from = 0; from < requests.length; from += WINDOW) {
      windowsUs.push(await windowUs(ask, requests.slice(from, from + WINDOW), expected));
      if (performance.now() > endMs) return median(windowsUs);
    }
  }
  return median(windowsUs);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

async function windowUs(ask: Ask, requests: readonly Asked[], expected: boolean): Promise<number> {
  const isSlow = PEERS[engine] !== undefined;
  for (const request of requests) read(request);
  const endMs = performance.now() + MAX_MS;
  const startedNs = process.hrtime.bigint();
  let asked = 0;
  for (const request of requests) {
    const answer = ask(request);
    const allowed = typeof answer === "boolean" ? answer : await answer;
    if (allowed !== expected) throw new Error(`${request.join(", ")} is ${allowed}`);
    asked += 1;
    if (isSlow && performance.now() > endMs) break;
  }
  return Number(process.hrtime.bigint() - startedNs) / 1000 / asked;
}

/** A proxy has just read the request that it asks about: its texts are at hand, the policy's are not. */
function read(request: Asked): void {
  for (const text of request) {
    for (let at = 0; at < text.length; at++) characters += text.charCodeAt(at);
  }
}

/** Ten layers of fifty roles, each linked to all of the next: a user's first decision, by code that has decided before. */
async function firstDecision(): Promise<Measured> {
  const layers = Array.from({ length: 9 }, (_, layer) => layer);
  const roles = Array.from({ length: 50 }, (_, role) => role);
  const rules = [
    "p, layer9-role49, data, read",
    ...roles.map((role) => `g, user${role}, layer0-role${role}`),
    ...layers.flatMap((layer) =>
      roles.flatMap((from) =>
        roles.map((to) => `g, layer${layer}-role${from}, layer${layer + 1}-role${to}`),
      ),
    ),
  ];
  const image = imageOf(
    modelOf("g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act"),
    rules.join("\n"),
  );
  const { ask } = await open("weir", workload("rbac", 1000, REQUESTS));
  await p50(ask, workload("rbac", 1000, REQUESTS).hits, true);
  const { snapshot } = await attachImage(image);
  const first = roles.map((role) => {
    const startedNs = process.hrtime.bigint();
    const { effect } = snapshot.decide([`user${role}`, "data", "read"]);
    if (effect !== "allow") throw new Error("ten links up, and not held");
    return Number(process.hrtime.bigint() - startedNs) / 1000;
  });
  const worstUs = Math.max(...first);
  return { ...NOTHING, hitUs: median(first), missUs: worstUs, strangerUs: first[0] ?? 0 };
}
