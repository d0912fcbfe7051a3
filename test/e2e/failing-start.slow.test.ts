// A start that fails when requests are answered already: all is closed again, and no row is lost.
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { send, startLoad } from "../support/weir-process-load.ts";
import {
  configOf,
  createSite,
  exitOf,
  isAlive,
  cleanUp,
  type Site,
  spawnWeir,
  startWeir,
  storePid,
  watchWeir,
} from "../support/weir-process.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { freePort } from "../support/free-port.ts";
import { startUpstream } from "./support/upstream.ts";

const HOME = join(import.meta.dirname, "..", "..");
/** A span export that goes on must not keep the process. */
const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" };
const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

interface Obstacle {
  /** What the one line on stderr says. */
  readonly said: RegExp;
  readonly config: (text: string) => string;
  readonly remove: () => void;
}

const obstacles: Readonly<Record<string, (site: Site) => Promise<Obstacle>>> = {
  "the admin address is taken": async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    return {
      said: new RegExp(
        `^weir: can't start: 127.0.0.1:${port} is taken by another process .*$`,
        "m",
      ),
      config: (text) => text.replace("listen: 127.0.0.1:0", `listen: 127.0.0.1:${port}`),
      remove: () => void other.close(),
    };
  },
  "the drain can't start": async ({ data }) => {
    const folder = join(data, "spool", "dead-letter");
    mkdirSync(join(data, "spool"), { recursive: true });
    writeFileSync(folder, "no folder");
    return {
      said: /^weir: can't start: .*spool\/dead-letter.*$/m,
      config: (text) => text,
      remove: () => rmSync(folder),
    };
  },
};

test.for(Object.entries(obstacles))("%s", async ([, obstruct]) => {
  const port = await freePort();
  const good = configOf({ upstreams: [upstream.url], port, workers: 2 });
  const site = createSite(good);
  const { said, config, remove } = await obstruct(site);
  site.write(config(good));
  // It asks until it is answered; slow answers are in flight when the start fails.
  const load = startLoad({ port, pauseMs: 2, ask: () => ({ method: "GET", path: "/x?ms=40" }) });
  // Where a busy machine has left none the time to be answered, once more.
  while (load.answers.length === 0) {
    const { child, errors, output } = spawnWeir(["run", "-c", site.file], { env });
    expect(await exitOf(child)).toMatchObject({ code: 2 });
    expect(errors().match(/^weir: .*$/gm)).toEqual([expect.stringMatching(said)]);
    expect(output()).not.toContain("admin API");
  }
  await load.stop();
  expect(existsSync(join(site.data, "spool", "lock"))).toBe(false);
  if (existsSync(join(site.data, "store", "child.json")))
    expect(isAlive(storePid(site))).toBe(false);
  const closed = ["ECONNREFUSED", "ECONNRESET"];
  expect(load.failures.filter(({ code }) => !closed.includes(code))).toEqual([]);

  remove();
  site.write(good);
  const weir = await startWeir(site);
  await weir.drained();
  await expectOneRowEach(weir.sql, load.answers);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("another weir has the data folder", async () => {
  const site = createSite(configOf({ upstreams: [upstream.url] }));
  const first = await startWeir(site);
  await first.until(({ store }) => store.state === "ready");
  const port = await freePort();
  site.write(configOf({ upstreams: [upstream.url], port }));
  const second = spawnWeir(["run", "-c", site.file]);
  expect(await exitOf(second.child)).toMatchObject({ code: 2 });
  expect(second.errors()).toMatch(
    new RegExp(
      `^weir: can't start: \\S+lock: the spool is in use by process ${first.pid} on .*\n$`,
    ),
  );
  expect(second.output()).toBe("");
  const asked = { method: "GET", path: "/" };
  expect(await send({ port, asked })).toMatchObject({ code: "ECONNREFUSED" });
  expect(await send({ port: first.port, asked })).toMatchObject({ status: 200 });
  expect(isAlive(storePid(site))).toBe(true);
  expect(await first.stop()).toMatchObject({ code: 0 });
});

/** weir's files with all its packages but one; returns its main.ts. */
function copyWithout(missing: string, folder: string): string {
  cpSync(join(HOME, "src"), join(folder, "src"), { recursive: true });
  for (const name of ["package.json", "collector", "dashboards"]) {
    symlinkSync(join(HOME, name), join(folder, name));
  }
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(join(HOME, "node_modules"))) {
    if (name === missing || name.startsWith(".")) continue;
    symlinkSync(join(HOME, "node_modules", name), join(folder, "node_modules", name));
  }
  return join(folder, "src", "main.ts");
}

test("without the embedded store's package", async () => {
  const port = await freePort();
  const site = createSite(configOf({ upstreams: [upstream.url], port }));
  const main = copyWithout("chdb", join(site.folder, "copy"));
  const weir = await watchWeir(spawnWeir(["run", "-c", site.file], { main }));
  const answer = await send({ port, asked: { method: "GET", path: "/" } });
  if (!("status" in answer)) throw new Error(answer.code);
  const { store } = await weir.until(({ store: { state } }) => state === "down");
  expect(store.error).toMatch(/npm install chdb@\S+; or give a ClickHouse server/);
  expect(weir.errors()).toMatch(/"event":"store_down".*npm install chdb/);
  expect((await fetch(`${weir.admin}/readyz`)).status).toBe(503);
  expect(await weir.stop()).toMatchObject({ code: 0 });
  const again = await startWeir(site);
  await again.drained();
  await expectOneRowEach(again.sql, [answer]);
  expect(await again.stop()).toMatchObject({ code: 0 });
});
