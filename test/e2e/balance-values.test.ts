// All eight values of `balance` over unequal endpoints and two workers: who gets how much, and which keys stay.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BALANCE_POLICIES, type BalancePolicy } from "../../src/balancer/options.ts";
import { send, startLoad } from "../support/weir-process-load.ts";
import { createSite, cleanUp, startWeir, type WeirProcess } from "../support/weir-process.ts";
import { startHoldingUpstreams } from "./support/holding-upstreams.ts";

const WEIGHTS = [1, 2, 5];
/** So many that chance does not decide who got more. */
const KEYS = 120;
const ROUNDS = 3;
/** How long the first answers of what goes by load take: nothing a busy machine adds to that counts. */
const SLOW_MS = 1500;
/** In flight at once for each of them. */
const HELD = 80;

/** These go by the load for its weight: asked with many in flight, of which none ends meanwhile. */
const BY_LOAD = ["least-connections", "least-response-time", "adaptive"] as const;
const BY_TURN = BALANCE_POLICIES.filter((value) => !BY_LOAD.some((other) => other === value));

const upstreams = await startHoldingUpstreams(WEIGHTS.length);
const { urls } = upstreams;
const site = createSite(configOf(urls));

/** A service and a route for each value, all over the same endpoints. */
function configOf(endpoints: readonly string[]): string {
  const listed = endpoints.map((url) => `{ url: "${url}", weight: ${WEIGHTS[urls.indexOf(url)]} }`);
  const service = (balance: string): string =>
    `  ${balance}: { balance: ${balance}, hash: { on: header, name: x-tenant }, endpoints: [ ${listed.join(", ")} ] }`;
  const route = (balance: string): string =>
    `  - { name: ${balance}, match: { path: /${balance}/** }, service: ${balance} }`;
  return `listen: { http: 127.0.0.1:0 }
admin: { listen: 127.0.0.1:0 }
data: ./data
workers: 2
services:
${BALANCE_POLICIES.map(service).join("\n")}
routes:
${BALANCE_POLICIES.map(route).join("\n")}
telemetry: { headers: [ x-tenant ] }
`;
}

interface Count {
  readonly service: BalancePolicy;
  readonly path: string;
  readonly upstream: string;
  readonly worker: number;
}

let weir: WeirProcess;
let before: readonly Count[];
let after: readonly Count[];

async function countsOf(round: string): Promise<readonly Count[]> {
  await weir.drained();
  return (await weir.sql(
    `SELECT service, path, upstream, worker FROM requests WHERE path LIKE '%/${round}/%' AND status = 200`,
  )) as unknown as readonly Count[];
}

/** Each tenant asks every service that knows no load, so many times. */
async function ask(round: string, rounds: number): Promise<void> {
  const asking = startLoad({
    port: weir.port,
    clients: 24,
    pauseMs: 0,
    ask: (n) => {
      const tenant = Math.floor(n / BY_TURN.length) % KEYS;
      const path = `/${BY_TURN[n % BY_TURN.length]}/${round}/${tenant}`;
      return { method: "GET", path, headers: { "x-tenant": `tenant-${tenant}` } };
    },
  });
  await asking.reached(BY_TURN.length * KEYS * rounds);
  await asking.stop();
  expect(asking.failures).toEqual([]);
}

/** So many of each at once, over a connection each; they end together, a while after the last one came. */
async function hold(round: string, count: number, forMs: number): Promise<void> {
  const paths = BY_LOAD.flatMap((balance) =>
    Array.from({ length: count }, (_, at) => `/${balance}/${round}/${at}?hold`),
  );
  const answers = paths.map((path) => send({ port: weir.port, asked: { method: "GET", path } }));
  await upstreams.held(paths.length);
  await sleep(forMs);
  upstreams.release();
  expect((await Promise.all(answers)).filter((answer) => !("status" in answer))).toEqual([]);
}

beforeAll(async () => {
  weir = await startWeir(site);
  await ask("all", ROUNDS);
  await hold("first", HELD / 8, SLOW_MS);
  await hold("all", HELD, 0);
  before = await countsOf("all");
  const { config_revision: revision } = await weir.status();
  site.write(configOf(urls.slice(1)));
  weir.signal("SIGHUP");
  await weir.until(({ config_revision: now }) => now !== revision);
  await ask("fewer", 1);
  after = await countsOf("fewer");
});

afterAll(async () => {
  // The endpoint that went in the reload has connections left, for 30 s: they must not hold up the end.
  const { code, ms } = await weir.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(15_000);
  cleanUp();
  upstreams.close();
});

/** Shares of the endpoints, 0 to 1, in config order. */
function shares(counts: readonly Count[], service: BalancePolicy): number[] {
  const its = counts.filter((one) => one.service === service);
  return urls.map((url) => its.filter(({ upstream }) => upstream === url).length / its.length);
}

/** The endpoints that answered a key, by key. */
function homes(counts: readonly Count[], service: BalancePolicy): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { path, upstream } of counts.filter((one) => one.service === service)) {
    const key = path.split("/").at(-1) ?? "";
    found.set(key, (found.get(key) ?? new Set()).add(upstream));
  }
  return found;
}

test("both workers took their part of every service", () => {
  for (const service of BALANCE_POLICIES) {
    const workers = before.filter((one) => one.service === service).map(({ worker }) => worker);
    expect(new Set(workers)).toEqual(new Set([0, 1]));
  }
});

test.each<[BalancePolicy, number]>([
  ["weighted-round-robin", 0.02],
  ["random", 0.15],
])("%s shares by weight within %d", (service, tolerance) => {
  shares(before, service).forEach((share, at) => {
    expect(Math.abs(share - (WEIGHTS[at] ?? 0) / 8)).toBeLessThan(tolerance);
  });
});

test.each<[BalancePolicy, number]>([
  ["least-connections", 0.05],
  ["least-response-time", 0.05],
  ["adaptive", 0.1],
])("%s has in flight by weight, within %d", (service, tolerance) => {
  shares(before, service).forEach((share, at) => {
    expect(Math.abs(share - (WEIGHTS[at] ?? 0) / 8)).toBeLessThan(tolerance);
  });
});

test("round-robin knows no weights", () => {
  for (const share of shares(before, "round-robin"))
    expect(Math.abs(share - 1 / 3)).toBeLessThan(0.02);
});

describe.each<BalancePolicy>(["hash", "consistent-hash"])("%s", (service) => {
  test("sends a key of the header in the config to one endpoint, from both workers", () => {
    const found = homes(before, service);
    expect(found.size).toBe(KEYS);
    for (const endpoints of found.values()) expect(endpoints.size).toBe(1);
    const [one = 0, , five = 0] = shares(before, service);
    expect(one).toBeLessThan(five);
  });
});

test("consistent-hash moves only the keys of the endpoint that went", () => {
  const [gone] = urls;
  const was = homes(before, "consistent-hash");
  const is = homes(after, "consistent-hash");
  expect(is.size).toBe(KEYS);
  for (const [key, endpoints] of was) {
    if (endpoints.has(gone ?? "")) expect(is.get(key)?.has(gone ?? "")).toBe(false);
    else expect(is.get(key)).toEqual(endpoints);
  }
});
