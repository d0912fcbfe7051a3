// All eight values of `balance` over unequal endpoints and two workers: who gets how much, and which keys stay.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BALANCE_POLICIES, type BalancePolicy } from "../../src/balancer/options.ts";
import { type Load, startLoad } from "../support/weir-process-load.ts";
import { createSite, cleanUp, startWeir, type WeirProcess } from "../support/weir-process.ts";
import { startUpstream } from "./support/upstream.ts";

const WEIGHTS = [1, 2, 5];
const KEYS = 30;
/** So many that chance does not decide who got more. */
const ROUNDS = 12;
const REQUESTS = BALANCE_POLICIES.length * KEYS * ROUNDS;

const upstreams = await Promise.all(WEIGHTS.map(() => startUpstream()));
const urls = upstreams.map(({ url }) => url);
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

/** Each tenant asks every service in each round. */
function load(weir: WeirProcess, round: string): Load {
  return startLoad({
    port: weir.port,
    clients: 24,
    pauseMs: 5,
    ask: (n) => {
      const balance = BALANCE_POLICIES[n % BALANCE_POLICIES.length] ?? "adaptive";
      const tenant = Math.floor(n / BALANCE_POLICIES.length) % KEYS;
      const path = `/${balance}/${round}/${tenant}?ms=10`;
      return { method: "GET", path, headers: { "x-tenant": `tenant-${tenant}` } };
    },
  });
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

async function ask(round: string, requests: number): Promise<readonly Count[]> {
  const asking = load(weir, round);
  await asking.reached(requests, 40_000);
  await asking.stop();
  expect(asking.failures).toEqual([]);
  return countsOf(round);
}

beforeAll(async () => {
  weir = await startWeir(site);
  before = await ask("all", REQUESTS);
  const { config_revision: revision } = await weir.status();
  site.write(configOf(urls.slice(1)));
  weir.signal("SIGHUP");
  await weir.until(({ config_revision: now }) => now !== revision);
  after = await ask("fewer", (REQUESTS * 2) / ROUNDS);
}, 90_000);

afterAll(async () => {
  // The endpoint that went in the reload has connections left: they must not hold up the end.
  const { code, ms } = await weir.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5000);
  cleanUp();
  for (const upstream of upstreams) upstream.close();
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

// These go by the load for its weight, idle ones first, as nginx and HAProxy do; with three in flight
// over three endpoints that leaves weight the smaller part.
test.each<BalancePolicy>(["least-connections", "least-response-time", "adaptive"])(
  "%s prefers by weight",
  (service) => {
    const [one = 0, two = 0, five = 0] = shares(before, service);
    expect(one).toBeLessThan(five);
    expect(two).toBeLessThan(five);
    expect(one).toBeGreaterThan(0.02);
  },
);

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
