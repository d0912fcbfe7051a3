// More clients than weir lets in, or than the system has file descriptors for: counted over all workers, and over when they leave.
import { afterAll, expect, test } from "vitest";
import { connectRaw, exchangeRaw, type RawClient, requestText } from "../support/raw-client.ts";
import {
  cleanUp,
  configOf,
  createSite,
  spawnWeir,
  startWeir,
  watchWeir,
  type WeirProcess,
} from "../support/weir-process.ts";
import { startUpstream } from "./support/upstream.ts";

const WORKERS = 2;
const NO_STORE = '{ url: "http://127.0.0.1:1/weir" }';
const upstream = await startUpstream();

afterAll(() => {
  cleanUp();
  upstream.close();
});

function siteWith(more: string): ReturnType<typeof createSite> {
  const parts = { upstreams: [upstream.url], workers: WORKERS, store: NO_STORE, more };
  return createSite(configOf(parts));
}

function connectMany({ port }: WeirProcess, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => connectRaw(port)));
}

async function refusedBy(weir: WeirProcess): Promise<number> {
  const found = /^weir_refused_connections_total\{limit="connections"\} (\d+)$/m;
  return Number(found.exec(await weir.metrics())?.[1]);
}

test("whom the workers turn away is one count, and the others are served", async () => {
  const weir = await startWeir(siteWith("limits: { connections: 2 }"));
  expect((await weir.status()).workers).toBe(WORKERS);
  const clients = await connectMany(weir, 60);
  // Each worker has its share of the port, chosen by the kernel.
  await expect.poll(() => refusedBy(weir)).toBe(clients.length - WORKERS * 2);
  const open = (): readonly RawClient[] =>
    clients.filter(({ socket }) => !socket.destroyed && !socket.readableEnded);
  // Counted first, then told.
  await expect.poll(open).toHaveLength(WORKERS * 2);
  for (const client of open()) {
    client.send(requestText("GET /"));
    expect((await client.response()).status).toBe(200);
  }
  for (const client of clients) client[Symbol.dispose]();
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("without file descriptors weir stands, and serves again once there are some", async () => {
  const { file } = siteWith("");
  const weir = await watchWeir(spawnWeir(["run", "-c", file], { openFiles: 110 }));
  using known = await connectRaw(weir.port);
  known.send(requestText("GET /"));
  expect((await known.response()).status).toBe(200);
  const clients = await connectMany(weir, 300);
  for (const client of clients) client.send("GET / HTTP/1.1\r\nHost: a\r\n");
  // More than there can be: some wait, some were closed. One that is in gets answers, if only 502.
  known.send(requestText("GET /"));
  expect([200, 502]).toContain((await known.response()).status);
  for (const client of clients) client[Symbol.dispose]();
  const status = async (): Promise<number> =>
    (await exchangeRaw(weir.port, requestText("GET /")).catch(() => ({ status: 0 }))).status;
  await expect.poll(status).toBe(200);
  // The admin side is without them as well, until all are closed.
  await expect.poll(async () => (await weir.status()).workers).toBe(WORKERS);
  expect(weir.errors()).not.toMatch(/worker_lost|handler_failed/);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
