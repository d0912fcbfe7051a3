// Without a receiver of its own, an Express application's rows reach the store as those of `weir run` do.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWeir, type Weir, type WeirOptions } from "../../src/express/middleware.ts";
import { createLog, silentLog } from "../../src/core/log.ts";
import { createStore } from "../../src/store/client.ts";
import { createEmbeddedStore } from "../../src/store/embedded/supervisor.ts";
import { ask, listen } from "./support.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-express-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function configFor(endpoint: string): Exclude<WeirOptions["config"], string> {
  return {
    data: folder,
    services: { app: { endpoints: [endpoint] } },
    routes: [{ name: "app", service: "app" }],
  };
}

/** A weir whose store answers. */
async function startReady(endpoint: string): Promise<{ weir: Weir; ready: Promise<void> }> {
  let tell = (): void => undefined;
  const ready = new Promise<void>((resolve) => (tell = resolve));
  const log = createLog("info", (line) => line.includes('"store_ready"') && tell());
  return { weir: await createWeir({ config: configFor(endpoint), log }), ready };
}

async function storedRows(): Promise<readonly unknown[]> {
  const embedded = createEmbeddedStore({ folder: join(folder, "store"), log: silentLog });
  const store = createStore({ url: await embedded.start() });
  const { rows } = await store.query(
    "SELECT path, status, route FROM requests ORDER BY started_at",
  );
  await store.close();
  await embedded.stop();
  return rows;
}

test("rows go by spool and drain into the embedded store", async () => {
  await using upstream = await listen((_request, response) => response.end("hello"));
  const { weir, ready } = await startReady(upstream.url);
  {
    await using shop = await listen(express().use(weir.middleware()));
    expect(await ask(`${shop.url}/early`)).toMatchObject({ status: 200 });
    await ready;
    expect(await ask(`${shop.url}/late`)).toMatchObject({ status: 200 });
  }
  await weir.close();
  let rows = await storedRows();
  // On a slow machine the deadline of close may come first; then the next start delivers the rest.
  for (let start = 0; rows.length < 2 && start < 3; start++) {
    const next = await startReady(upstream.url);
    await next.ready;
    await next.weir.close();
    rows = await storedRows();
  }
  expect(rows).toEqual([
    { path: "/early", status: 200, route: "app" },
    { path: "/late", status: 200, route: "app" },
  ]);
});

test("a reload takes a good config from its file, and keeps it when the next is bad", async () => {
  await using first = await listen((_request, response) => response.end("first"));
  await using second = await listen((_request, response) => response.end("second"));
  const file = join(folder, "weir.yaml");
  const write = (endpoint: string): void =>
    writeFileSync(file, JSON.stringify(configFor(endpoint)));
  write(first.url);
  const weir = await createWeir({ config: file, rows: () => undefined, log: silentLog });
  await using shop = await listen(express().use(weir.middleware()));
  expect((await ask(shop.url)).body).toBe("first");

  write(second.url);
  expect(await weir.reload()).toMatchObject({ ok: true });
  expect((await ask(shop.url)).body).toBe("second");

  writeFileSync(file, "services: nonsense");
  expect(await weir.reload()).toMatchObject({ ok: false });
  expect((await ask(shop.url)).body).toBe("second");
  await weir.close();
});
