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
  cleanUp,
  printed,
  spawnWeir,
  startWeir,
  watchWeir,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { freePort } from "../support/free-port.ts";
import { slowness, type Taken, tell, timeTaken } from "./support/quiet-time.ts";
import { startUpstream } from "./support/upstream.ts";

const LIMIT_MS = 1000;
const TRIES = 6;
const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

test("the first response comes within a second", async () => {
  let taken: Taken | undefined;
  // After a change of the code the first start is a slow one.
  for (let nth = 0; nth < TRIES && !isInTime(taken); nth++) {
    taken = await firstAnswerAfter();
    console.log(`first response after ${tell(taken)}`);
  }
  expect(taken).toSatisfy(isInTime);
});

/** Its processor time alone tells, too: where one processor is free, a start can take that long. */
function isInTime(taken: Taken | undefined): boolean {
  return taken !== undefined && Math.max(taken.quietMs, taken.processorMs) <= LIMIT_MS * slowness();
}

async function firstAnswerAfter(): Promise<Taken> {
  const port = await freePort();
  const site = createSite(configOf({ upstreams: [upstream.url], port }));
  const spawned = spawnWeir(["run", "-c", site.file]);
  const { status } = await firstAnswer(port);
  const taken = timeTaken([spawned.child.pid ?? 0], performance.now() - spawned.startedMs);
  expect(status).toBe(200);
  // In order, though most is not there yet; and Node keeps what it compiled.
  await printed(spawned, /weir listens on +(\S+)/);
  spawned.child.kill("SIGTERM");
  expect(await exitOf(spawned.child)).toMatchObject({ code: 0 });
  return taken;
}

test("what is answered before the store is there is stored once it is", async () => {
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
});

test("what a first run compiled is kept though it is killed", async () => {
  const site = createSite(configOf({ upstreams: [upstream.url] }));
  const cache = join(site.folder, "cache");
  const weir = await startWeir(site, { NODE_COMPILE_CACHE: cache });
  const kept = (): number => readdirSync(cache, { recursive: true }).length;
  // Those of the main thread, of the worker and of the store.
  await expect.poll(kept).toBeGreaterThan(600);
  expect(await weir.stop("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
});

async function firstAnswer(port: number): Promise<Answer> {
  for (const endMs = performance.now() + 120_000; performance.now() < endMs;) {
    const outcome = await send({ port, asked: { method: "GET", path: "/first" } });
    if ("status" in outcome) return outcome;
    await sleep(5);
  }
  throw new Error("no answer");
}
