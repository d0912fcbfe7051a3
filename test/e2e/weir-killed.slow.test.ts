// kill -9 of weir itself under load: the next start has every row of every answered request, once.
import { afterAll, expect, test } from "vitest";
import { startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  isAlive,
  cleanUp,
  startWeir,
  storePid,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startFarStore } from "./support/far-store.ts";
import { freePort } from "../support/free-port.ts";
import { slowness, timeTaken } from "./support/quiet-time.ts";
import { startUpstream } from "./support/upstream.ts";

const KILLS = 2;
const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

test("with the embedded store", async () => {
  const port = await freePort();
  const site = createSite(configOf({ upstreams: [upstream.url], port }));
  let weir = await startWeir(site);
  await weir.until(({ store }) => store.state === "ready");
  const load = startLoad({ port });
  const startsMs: number[] = [];
  for (let kill = 1; kill <= KILLS; kill++) {
    await load.reached(load.answers.length + 150);
    const orphan = storePid(site);
    await weir.stop("SIGKILL");
    weir = await startWeir(site);
    startsMs.push(Math.round(timeTaken([weir.pid], weir.listeningMs).quietMs));
    await weir.until(({ store }) => store.state === "ready");
    expect(storePid(site)).not.toBe(orphan);
    // It has let go of the folder, and may take a moment more to die.
    await expect.poll(() => isAlive(orphan)).toBe(false);
  }
  await load.reached(load.answers.length + 50);
  await load.stop();
  await weir.drained();

  console.log(`restarts after kill -9 listened after ${startsMs.join(", ")} ms on a quiet machine`);
  // A halt of the machine takes one of them, and what weir waits for takes all.
  expect(Math.min(...startsMs)).toBeLessThan(5000 * slowness());
  expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  // Clients in flight at a kill may have a row and no answer.
  await expectOneRowEach(weir.sql, load.answers, load.failures.length);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("with the store away meanwhile", async () => {
  const store = await startFarStore();
  const port = await freePort();
  const site = createSite(configOf({ upstreams: [upstream.url], port, store: store.config }));
  let weir = await startWeir(site);
  await weir.until(({ store: { state } }) => state === "ready");
  const load = startLoad({ port });
  await load.reached(100);
  store.proxy.cut();
  for (let kill = 1; kill <= 2; kill++) {
    await load.reached(load.answers.length + 100);
    await weir.stop("SIGKILL");
    weir = await startWeir(site);
  }
  await load.reached(load.answers.length + 50);
  expect((await weir.status()).spool.pending_rows).toBeGreaterThan(0);
  store.proxy.mend();
  await load.stop();
  await weir.drained();

  expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  await expectOneRowEach(weir.sql, load.answers, load.failures.length);
  expect(await weir.stop()).toMatchObject({ code: 0 });
  await store.close();
});
