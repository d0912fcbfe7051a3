// The connection to a store that is starting, or can't be reached.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { upstreamConfig } from "../../src/config/upstream-config.ts";
import { createStoreLink, type StoreLink } from "../../src/control/store-link.ts";
import { createLog } from "../../src/core/log.ts";
import type { Batch } from "../../src/telemetry/sink.ts";

const BATCH: Batch = {
  table: "requests",
  columns: ["x"],
  format: "lines",
  body: Buffer.from("[1]\n"),
  rows: 1,
  token: "t",
};

function linkTo(url: string): { readonly link: StoreLink; readonly log: string[] } {
  const loaded = upstreamConfig("http://127.0.0.1:1");
  if (!loaded.ok) throw new Error("the test's config is wrong");
  const log: string[] = [];
  const link = createStoreLink(
    { ...loaded.config, store: { kind: "server", url } },
    createLog("info", (line) => log.push(line)),
  );
  onTestFinished(() => link.stop());
  return { link, log };
}

test("a batch waits while the store starts, and is put off once it is known to be away", async () => {
  const { link, log } = linkTo("http://127.0.0.1:1/weir");
  let isAnswered = false;
  const delivery = link.sink.write(BATCH).finally(() => (isAnswered = true));
  await new Promise(setImmediate);
  expect(isAnswered).toBe(false);
  link.start();
  expect(await delivery).toMatchObject({
    kind: "retry",
    reason: expect.stringContaining("ECONNREFUSED"),
  });
  expect(log.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(["store_down"]);
});

test("a stop waits for no statement of a store that takes its time", async () => {
  const asked = Promise.withResolvers<void>();
  const server = createServer(() => asked.resolve()).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { link } = linkTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/weir`);
  link.start();
  await asked.promise;
  await link.stop();
});

test("a stop ends the wait", async () => {
  const { link } = linkTo("http://127.0.0.1:1/weir");
  const delivery = link.sink.write(BATCH);
  await link.stop();
  expect(await delivery).toMatchObject({ kind: "retry" });
});
