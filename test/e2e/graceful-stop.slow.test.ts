// SIGTERM under load: what is in flight ends, the exit is clean and in time, and no row is lost.
import { connect } from "node:net";
import { afterAll, expect, test } from "vitest";
import { type Load, send, startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  cleanUp,
  startWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startFarStore } from "./support/far-store.ts";
import { startUpstream } from "./support/upstream.ts";

/** More than what is in flight takes on any machine: nothing waits for it to be over. */
const DRAIN_MS = 60_000;
const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

/** Every client waits on a slow answer at some time. */
function slowLoad(port: number): Load {
  return startLoad({
    port,
    pauseMs: 5,
    ask: (n) => ({ method: "GET", path: n % 5 === 0 ? `/x/${n}?ms=400` : `/x/${n}` }),
  });
}

/**
 * Requests that failed and still reached weir: there must be none. The others were refused, or met
 * a connection that was closed before weir read them.
 */
async function brokenOff(weir: WeirProcess, load: Load): Promise<readonly string[]> {
  const rows = await weir.sql("SELECT path FROM requests WHERE path LIKE '/x/%'");
  const reached = new Set(rows.map(({ path }) => path));
  return load.failures
    .map(({ path }) => path.replace(/\?.*/, ""))
    .filter((path) => reached.has(path));
}

function takesConnections({ port }: WeirProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("connect", () => socket.destroy()).on("error", () => resolve(false));
  });
}

test("requests in flight end, and the rows are stored", async () => {
  const site = createSite(configOf({ upstreams: [upstream.url], more: `drain_ms: ${DRAIN_MS}` }));
  const weir = await startWeir(site);
  await weir.until(({ store }) => store.state === "ready");
  const load = slowLoad(weir.port);
  await load.reached(100);
  const inFlight = Array.from({ length: 5 }, () =>
    send({ port: weir.port, asked: { method: "GET", path: "/slow?hold" } }),
  );
  await expect.poll(upstream.held).toBe(inFlight.length);
  const stopping = weir.stop("SIGTERM");
  await expect.poll(() => takesConnections(weir)).toBe(false);
  upstream.release();
  const stopped = await stopping;
  await load.stop();
  const slow = await Promise.all(inFlight);

  expect(stopped.code).toBe(0);
  expect(stopped.ms).toBeLessThan(DRAIN_MS);
  expect(slow.map((answer) => ("status" in answer ? answer.status : answer.code))).toEqual(
    slow.map(() => 200),
  );
  expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  console.log(`SIGTERM under load: ended after ${Math.round(stopped.ms)} ms`);

  const next = await startWeir(site);
  await next.drained();
  const answers = [...load.answers, ...slow.filter((answer) => "status" in answer)];
  await expectOneRowEach(next.sql, answers);
  expect(await brokenOff(next, load)).toEqual([]);
  // Whoever has nothing in flight waits for nobody, however long it may.
  const idle = await next.stop("SIGINT");
  expect(idle.code).toBe(0);
  expect(idle.ms).toBeLessThan(DRAIN_MS);
});

test("with the store away the rows wait in the spool for the next start", async () => {
  const store = await startFarStore();
  const more = `drain_ms: ${DRAIN_MS}`;
  const site = createSite(configOf({ upstreams: [upstream.url], store: store.config, more }));
  const weir = await startWeir(site);
  await weir.until(({ store: { state } }) => state === "ready");
  store.proxy.cut();
  const load = slowLoad(weir.port);
  await load.reached(100);
  const stopped = await weir.stop("SIGTERM");
  await load.stop();
  expect(stopped.code).toBe(0);
  expect(stopped.ms).toBeLessThan(DRAIN_MS);

  store.proxy.mend();
  const next = await startWeir(site);
  await next.drained();
  await expectOneRowEach(next.sql, load.answers);
  expect(await brokenOff(next, load)).toEqual([]);
  expect(await next.stop()).toMatchObject({ code: 0 });
  await store.close();
});
