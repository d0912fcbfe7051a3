// How soon after its start weir serves; the store comes later and gets what was answered before it.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { type Answer, send, startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  killLeftovers,
  spawnWeir,
  watchWeir,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { freePort } from "./support/free-port.ts";
import { startUpstream } from "./support/upstream.ts";

/** A second on a quiet machine; this much where others compute, too. */
const LIMIT_MS = 4000;
const upstream = await startUpstream();

afterAll(() => {
  killLeftovers();
  upstream.close();
});

test("the first response comes at once, the store when it can", { timeout: 40_000 }, async () => {
  const port = await freePort();
  const site = createSite(configOf({ upstreams: [upstream.url], port }));
  const spawned = spawnWeir(["run", "-c", site.file]);
  const started = watchWeir(spawned);
  const first = await firstAnswer(port);
  const firstMs = Math.round(performance.now() - spawned.startedMs);
  const load = startLoad({ port });
  const weir = await started;
  await weir.until(({ store }) => store.state === "ready");
  const readyMs = Math.round(performance.now() - spawned.startedMs);
  await load.stop();
  await weir.drained();

  console.log(`first response after ${firstMs} ms, store ready after ${readyMs} ms`);
  expect(firstMs).toBeLessThan(LIMIT_MS);
  expect(load.failures).toEqual([]);
  await expectOneRowEach(weir.sql, [first, ...load.answers]);
  expect(await weir.stop()).toMatchObject({ code: 0 });
  site.remove();
});

async function firstAnswer(port: number): Promise<Answer> {
  for (const endMs = performance.now() + 15_000; performance.now() < endMs;) {
    const outcome = await send({ port, asked: { method: "GET", path: "/first" } });
    if ("status" in outcome) return outcome;
    await sleep(5);
  }
  throw new Error("no answer");
}
