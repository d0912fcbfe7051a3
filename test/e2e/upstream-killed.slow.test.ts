// kill -9 of one of three upstreams under load: only what was in flight there may fail, and it comes back.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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
/** In flight on the upstream that dies, whatever the load is just doing. */
const HELD = 3;
const children: ChildProcess[] = [];

interface Replica {
  readonly child: ChildProcess;
  held: number;
}

async function startReplica(port: number): Promise<Replica> {
  const child = fork(ENTRY, [String(port)]);
  children.push(child);
  await once(child, "message");
  const replica = { child, held: 0 };
  child.on("message", (held: number) => (replica.held = held));
  return replica;
}

/** Answers that came from the first endpoint so far. */
async function answeredByFirst(weir: WeirProcess): Promise<number> {
  const response = await fetch(`${weir.admin}/api/v1/services`);
  const { services } = (await response.json()) as {
    readonly services: readonly { readonly endpoints: readonly { readonly ok_total: number }[] }[];
  };
  return services[0]?.endpoints[0]?.ok_total ?? 0;
}

/** As many as it takes until that one has some of them. */
async function holdSome(port: number, on: Replica): Promise<Promise<Answer | Failure>[]> {
  const holding: Promise<Answer | Failure>[] = [];
  while (on.held < HELD) {
    holding.push(send({ port, asked: { method: "GET", path: "/held?hold" } }));
    await sleep(10);
  }
  return holding;
}

afterAll(() => {
  cleanUp();
  for (const child of children) child.kill("SIGKILL");
});

test("a killed upstream costs what was in flight on it at most", async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const [first, ...others] = await Promise.all(ports.map(startReplica));
  if (first === undefined) throw new Error("no replica");
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
  const holding = await holdSome(weir.port, first);
  const died = once(first.child, "exit");
  first.child.kill("SIGKILL");
  await died;
  // Those that were on it are sent anew, and held by the others.
  await expect.poll(() => others.reduce((sum, { held }) => sum + held, 0)).toBe(holding.length);
  for (const { child } of others) child.send("release");
  const held = await Promise.all(holding);
  await load.reached(load.answers.length + 300);
  await startReplica(ports[0] ?? 0);
  const revivedAtMs = performance.now();
  const answeredBefore = await answeredByFirst(weir);
  await expect.poll(() => answeredByFirst(weir)).toBeGreaterThan(answeredBefore + 10);
  const revivedMs = Math.round(performance.now() - revivedAtMs);
  await load.stop();
  await weir.drained();

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
