// How long statements may take: as long as usual, or as long as is said of one.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createStore } from "../../src/store/client.ts";

test("a statement that may take long is waited for when others are given up, and says so to the store", async () => {
  const answer = Promise.withResolvers<void>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    void answer.promise.then(() => response.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const store = createStore({ url: `http://127.0.0.1:${port}/weir`, limitMs: 50 });
  const long = store.command("ALTER TABLE a", 600_000);
  await expect.poll(() => asked, { interval: 5 }).toHaveLength(1);
  await expect(store.command("ALTER TABLE b")).rejects.toThrow(/[Tt]imeout/);
  answer.resolve();
  await long;
  expect(asked[0]).toContain("max_execution_time=600");
  await store.close();
});
