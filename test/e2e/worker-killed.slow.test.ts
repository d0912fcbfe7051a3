// A data worker's thread dies under load: the other one goes on, and a new one takes its place.
import { afterAll, expect, test } from "vitest";
import { send, startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  cleanUp,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { INSPECTED, inspectWorkers } from "../support/worker-inspector.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startHoldingUpstreams } from "./support/holding-upstreams.ts";

const WORKERS = 2;
const CLIENTS = 16;
/** Each on a connection of its own. */
const HELD = 24;
const upstreams = await startHoldingUpstreams(2);

afterAll(() => {
  cleanUp();
  upstreams.close();
});

interface Services {
  readonly services: readonly { readonly endpoints: readonly { readonly inflight: number }[] }[];
}

async function inflight(weir: WeirProcess): Promise<number> {
  const response = await fetch(`${weir.admin}/api/v1/services`);
  const { services } = (await response.json()) as Services;
  return services.flatMap((one) => one.endpoints).reduce((sum, one) => sum + one.inflight, 0);
}

interface LogLine {
  readonly event?: string;
  readonly [field: string]: unknown;
}

/** Lines of weir's log about its workers. */
function workerLog(weir: WeirProcess): readonly LogLine[] {
  const lines = weir.errors().split("\n");
  const parsed = lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  return (parsed as LogLine[]).filter(({ event }) => event?.startsWith("worker_") ?? false);
}

test.each([
  ["an uncaught exception", `setTimeout(() => { throw new Error("provoked") })`, "provoked"],
  ["process.exit", "process.exit(7)", ""],
])("%s ends one of two workers", async (how, expression, cause) => {
  const site = createSite(configOf({ upstreams: upstreams.urls, workers: WORKERS }));
  const weir = await startWeir(site, INSPECTED);
  const inspector = await inspectWorkers(weir, WORKERS);
  // Every answer takes 30 ms, so that much is in flight on both at the time.
  const load = startLoad({
    port: weir.port,
    clients: CLIENTS,
    ask: () => ({ method: "GET", path: "/x?ms=30" }),
  });
  await load.reached(300);
  // The kernel deals connections out by chance: with so many, the one that dies has some for certain.
  const asked = { method: "GET", path: "/x?hold" };
  const holding = Array.from({ length: HELD }, () => send({ port: weir.port, asked }));
  await upstreams.held(HELD);
  inspector.run(1, expression);
  // Told of for good, while the next one may be there within a moment.
  await expect.poll(() => weir.errors()).toContain("worker_lost");
  upstreams.release();
  const diedAtMs = performance.now();
  // A process waits at its end for whoever inspects it.
  inspector.close();
  await load.reached(load.answers.length + 50);
  await weir.until(({ workers }) => workers === WORKERS);
  const backMs = Math.round(performance.now() - diedAtMs);
  await load.reached(load.answers.length + 100);
  await load.stop();
  const held = await Promise.all(holding);
  const failures = [...load.failures, ...held.filter((one) => "code" in one)];
  const whole = [...load.answers, ...held.filter((one) => "status" in one)];

  // What was in flight on the dead worker has no answer, and every client lost one request at most.
  expect(failures.length).toBeGreaterThan(0);
  expect(load.failures.length).toBeLessThanOrEqual(CLIENTS);
  expect(failures.every(({ code }) => code === "ECONNRESET")).toBe(true);
  expect(whole.filter(({ status }) => status !== 200)).toEqual([]);
  // A request counts until just after its client has the last byte.
  await expect.poll(() => inflight(weir)).toBe(0);
  // The kept connections went to the worker that lived: new ones show that the new worker serves.
  const fresh = { port: weir.port, asked: { method: "GET", path: "/after" } };
  const after = await Promise.all(Array.from({ length: 30 }, () => send(fresh)));
  const answers = [...whole, ...after.filter((one) => "status" in one)];
  expect(answers).toHaveLength(whole.length + 30);

  expect(workerLog(weir)).toEqual([
    ...(cause === ""
      ? []
      : [
          expect.objectContaining({
            event: "worker_failed",
            index: 1,
            cause: expect.stringContaining(cause),
          }),
        ]),
    expect.objectContaining({ event: "worker_lost", index: 1, exit_code: cause === "" ? 7 : 1 }),
    expect.objectContaining({ event: "worker_restarted", index: 1 }),
  ]);

  // The dead worker's last segment is drained like any other, and the new one has its own.
  await weir.drained();
  await expectOneRowEach(weir.sql, answers, failures.length);
  const [seen = {}] = await weir.sql(
    `SELECT countIf(path = '/x') AS before, countIf(path = '/after') AS after FROM requests WHERE worker = 1`,
  );
  expect(Number(seen["before"])).toBeGreaterThan(0);
  expect(Number(seen["after"])).toBeGreaterThan(0);
  console.log(
    `worker ended by ${how}: ${failures.length} requests of ${whole.length} cut off; back after ${backMs} ms`,
  );
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
