// What a new snapshot changes of the connections that outlive the old one.
import { expect, it } from "vitest";
import { startProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { OK, type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

const GET = requestText("GET /");

function setup(upstream: RawUpstream, connections: number, others: Record<string, unknown> = {}) {
  return {
    config: {
      services: { app: { endpoints: [upstream.url], connections }, ...others },
      routes: [{ name: "all", service: "app" }],
    },
  };
}

/** Two requests at once, to an upstream that answers none. */
async function askTwice(port: number): Promise<Disposable> {
  const clients = [await connectRaw(port), await connectRaw(port)];
  for (const client of clients) client.send(GET);
  return {
    [Symbol.dispose]: () => {
      for (const client of clients) client[Symbol.dispose]();
    },
  };
}

it("more connections: who waited for one gets it at once", async () => {
  await using upstream = await startUpstream(() => undefined);
  await using proxy = await startProxy(setup(upstream, 1));
  using _clients = await askTwice(proxy.port);
  await upstream.call(0);
  await proxy.swap(setup(upstream, 1));
  expect(upstream.sockets.size).toBe(1);
  await proxy.swap(setup(upstream, 2));
  await upstream.call(1);
  expect(upstream.sockets.size).toBe(2);
});

it("fewer connections: idle ones are closed, busy ones as they fall idle", async () => {
  let held: (() => void)[] = [];
  await using upstream = await startUpstream((call) => void held.push(() => call.reply(OK)));
  await using proxy = await startProxy(setup(upstream, 3));
  const answers = [1, 2, 3].map(() => exchangeRaw(proxy.port, GET));
  await upstream.call(2);
  held[0]?.();
  await Promise.race(answers);
  await proxy.swap(setup(upstream, 1));
  await expect.poll(() => upstream.sockets.size).toBe(2);
  for (const reply of held.slice(1)) reply();
  await Promise.all(answers);
  await expect.poll(() => upstream.sockets.size).toBe(1);
  held = [];
  const next = exchangeRaw(proxy.port, GET);
  await upstream.call(3);
  held[0]?.();
  expect((await next).status).toBe(200);
  expect(upstream.sockets.size).toBe(1);
});

it("services that share an endpoint share its connections, the most generous of them", async () => {
  await using upstream = await startUpstream(() => undefined);
  const other = { endpoints: [upstream.url], connections: 1 };
  await using proxy = await startProxy(setup(upstream, 2, { other }));
  using _clients = await askTwice(proxy.port);
  await upstream.call(1);
  expect(upstream.sockets.size).toBe(2);
});
