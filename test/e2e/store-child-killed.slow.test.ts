// kill -9 of the embedded store's child under load: it comes back by itself and nothing is lost.
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
import { startUpstream } from "./support/upstream.ts";

const KILLS = 2;
const upstream = await startUpstream();
const site = createSite(configOf({ upstreams: [upstream.url] }));

afterAll(() => {
  cleanUp();
  upstream.close();
});

test("a killed store child costs no request and no row", async () => {
  const weir = await startWeir(site);
  await weir.until(({ store }) => store.state === "ready");
  const load = startLoad({ port: weir.port });
  for (let kill = 1; kill <= KILLS; kill++) {
    await load.reached(kill * 250);
    const victim = storePid(site);
    process.kill(victim, "SIGKILL");
    // A process of gigabytes takes a while to die, and may have answered its last INSERT just before.
    await expect.poll(() => isAlive(victim)).toBe(false);
    await expect.poll(() => storePid(site)).not.toBe(victim);
    await weir.until(({ store }) => store.state === "ready");
    const { stored_rows: before } = (await weir.status()).spool;
    await weir.until(({ spool }) => spool.stored_rows > before);
  }
  await load.stop();
  await weir.drained();

  expect(load.failures).toEqual([]);
  expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  await expectOneRowEach(weir.sql, load.answers);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
