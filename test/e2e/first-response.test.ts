// How soon after its start weir serves; the store comes later and gets what was answered before it.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { type Answer, send, startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  exitOf,
  killLeftovers,
  printed,
  spawnWeir,
  startWeir,
  watchWeir,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { freePort } from "./support/free-port.ts";
import { slowness } from "./support/slowness.ts";
import { startUpstream } from "./support/upstream.ts";

const LIMIT_MS = 1000;
const TRIES = 5;
const upstream = await startUpstream();

afterAll(() => {
  killLeftovers();
  upstream.close();
});

test("the first response comes within a second", { timeout: 60_000 }, async () => {
  const starts: string[] = [];
  let bestMs = Infinity;
  for (let nth = 0; nth < TRIES && bestMs > LIMIT_MS; nth++) {
    const busy = slowness();
    const tookMs = await firstAnswerAfter();
    bestMs = Math.min(bestMs, tookMs / busy);
    starts.push(`${Math.round(tookMs)} ms (machine ${busy.toFixed(1)} times as slow as quiet)`);
  }
  console.log(`first response after ${starts.join(", ")}`);
  expect(bestMs).toBeLessThanOrEqual(LIMIT_MS);
});

async function firstAnswerAfter(): Promise<number> {
  const port = await freePort();
  const site = createSite(configOf({ upstreams: [upstream.url], port }));
  const spawned = spawnWeir(["run", "-c", site.file]);
  const { status } = await firstAnswer(port);
  const tookMs = performance.now() - spawned.startedMs;
  expect(status).toBe(200);
  // In order, though most is not there yet; and Node keeps what it compiled, so that after a change of
  // the code only the first start is a slow one.
  await printed(spawned, /weir listens on +(\S+)/);
  spawned.child.kill("SIGTERM");
  expect(await exitOf(spawned.child)).toMatchObject({ code: 0 });
  site.remove();
  return tookMs;
}

test(
  "what is answered before the store is there is stored once it is",
  { timeout: 40_000 },
  async () => {
    const port = await freePort();
    const site = createSite(configOf({ upstreams: [upstream.url], port }));
    const spawned = spawnWeir(["run", "-c", site.file]);
    const started = watchWeir(spawned);
    const first = await firstAnswer(port);
    const load = startLoad({ port });
    const weir = await started;
    await weir.until(({ store }) => store.state === "ready");
    await load.stop();
    await weir.drained();

    expect(load.failures).toEqual([]);
    await expectOneRowEach(weir.sql, [first, ...load.answers]);
    expect(await weir.stop()).toMatchObject({ code: 0 });
    site.remove();
  },
);

test("what a first run compiled is kept though it is killed", { timeout: 60_000 }, async () => {
  const site = createSite(configOf({ upstreams: [upstream.url] }));
  const cache = join(site.folder, "cache");
  const weir = await startWeir(site, { NODE_COMPILE_CACHE: cache });
  const kept = (): number => readdirSync(cache, { recursive: true }).length;
  // Those of the main thread, of the worker and of the store.
  await expect.poll(kept, { timeout: 20_000 }).toBeGreaterThan(600);
  expect(await weir.stop("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
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
