// kill -9 of one of three upstreams under load: only what was in flight there may fail, and it comes back.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Answer, type Failure, send, startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  cleanUp,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { freePort } from "../support/free-port.ts";

const ENTRY = join(import.meta.dirname, "support", "upstream-process.ts");
const CLIENTS = 16;
/** Spread by load over three endpoints, so that each has some. */
const HELD = 12;
const children: ChildProcess[] = [];

async function startReplica(port: number): Promise<ChildProcess> {
  const child = fork(ENTRY, [String(port)]);
  children.push(child);
  await once(child, "message");
  return child;
}

interface Endpoint {
  readonly ok_total: number;
  readonly inflight: number;
}

async function endpointsOf(weir: WeirProcess): Promise<readonly Endpoint[]> {
  const response = await fetch(`${weir.admin}/api/v1/services`);
  const { services } = (await response.json()) as {
    readonly services: readonly { readonly endpoints: readonly Endpoint[] }[];
  };
  return services[0]?.endpoints ?? [];
}

/** Answers that came from the first endpoint so far. */
async function answeredByFirst(weir: WeirProcess): Promise<number> {
  return (await endpointsOf(weir))[0]?.ok_total ?? 0;
}

async function inflight(weir: WeirProcess): Promise<number> {
  return (await endpointsOf(weir)).reduce((sum, endpoint) => sum + endpoint.inflight, 0);
}

/** In flight when the upstream dies, some of them on it whatever the load is just doing. */
function holdSome(port: number): Promise<(Answer | Failure)[]> {
  const asked = { method: "GET", path: "/held?ms=2000" };
  return Promise.all(Array.from({ length: HELD }, () => send({ port, asked })));
}

afterAll(() => {
  cleanUp();
  for (const child of children) child.kill("SIGKILL");
});

test("a killed upstream costs what was in flight on it at most", async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const replicas = await Promise.all(ports.map(startReplica));
  const upstreams = ports.map((port) => `http://127.0.0.1:${port}`);
  const site = createSite(configOf({ upstreams }));
  const weir = await startWeir(site);
  // Every answer takes 50 ms, so that something is in flight; a third are POSTs with a body.
  const load = startLoad({
    port: weir.port,
    clients: CLIENTS,
    ask: (n) =>
      n % 3 === 0
        ? { method: "POST", path: "/x?ms=50", body: `body ${n}` }
        : { method: "GET", path: "/x?ms=50" },
  });
  await load.reached(300);
  const holding = holdSome(weir.port);
  // More than the load alone ever has.
  await expect.poll(() => inflight(weir), { interval: 10 }).toBeGreaterThan(CLIENTS + HELD / 2);
  replicas[0]?.kill("SIGKILL");
  await load.reached(load.answers.length + 300);
  await startReplica(ports[0] ?? 0);
  const revivedAtMs = performance.now();
  const answeredBefore = await answeredByFirst(weir);
  await expect.poll(() => answeredByFirst(weir)).toBeGreaterThan(answeredBefore + 10);
  const revivedMs = Math.round(performance.now() - revivedAtMs);
  await load.stop();
  await weir.drained();

  const held = await holding;
  const answers = held.flatMap((outcome) => ("status" in outcome ? outcome : []));
  expect(load.failures).toEqual([]);
  expect(answers.map(({ status }) => status)).toEqual(held.map(() => 200));
  const bad = load.answers.filter(({ status }) => status !== 200);
  expect(bad.length).toBeLessThanOrEqual(CLIENTS);
  // A GET is sent anew elsewhere; a POST that may have been processed is not.
  expect(bad.filter(({ method }) => method !== "POST")).toEqual([]);
  for (const { status, body } of bad) {
    expect(status).toBe(502);
    expect(body).toContain('"code":"upstream_reset"');
  }
  await expectOneRowEach(weir.sql, [...load.answers, ...answers]);
  const dead = upstreams[0] ?? "";
  const [row = {}] = await weir.sql(
    `SELECT countIf(status = 200 AND attempt_upstream[1] = '${dead}' AND attempt_error[1] != ''
        AND attempt_error[-1] = '' AND attempt_upstream[-1] != '${dead}') AS retried,
      countIf(length(attempt_upstream) > 3) AS storms
    FROM requests`,
  );
  expect(Number(row["retried"])).toBeGreaterThan(0);
  // At most three: a kept connection that had died, the dead endpoint itself, and another one.
  expect(Number(row["storms"])).toBe(0);
  console.log(
    `upstream killed: ${bad.length} failed of ${load.answers.length}, ${String(row["retried"])} retried; back after ${revivedMs} ms`,
  );
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
