// Upstreams that are sick rather than dead: what their clients get, and that they are left alone in time.
import { expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const GET = requestText("GET /");

async function statuses(proxy: TestProxy, requests: number): Promise<number[]> {
  const found: number[] = [];
  for (let nth = 0; nth < requests; nth++) found.push((await exchangeRaw(proxy.port, GET)).status);
  return found;
}

function app(endpoints: readonly string[], header_ms = 10_000) {
  return {
    services: { app: { endpoints, balance: "round-robin" } },
    // Names are asked for on threads that other tests keep busy.
    timeouts: { connect_ms: 60_000 },
    routes: [{ name: "all", service: "app", timeouts: { header_ms } }],
  };
}

// Together, as they mostly wait.
it.concurrent("one that accepts and never answers: 504 five times, then it is ejected", async () => {
  await using silent = await startUpstream(() => undefined);
  await using good = await startUpstream(answerOk);
  const headMs = 6_000;
  await using proxy = await startProxy({ config: app([silent.url, good.url], headMs) });
  const startedMs = performance.now();
  // At once: the time for a head is longer than a busy machine halts, and passes only once.
  const found = (await Promise.all(Array.from({ length: 10 }, () => statuses(proxy, 1)))).flat();
  expect(found.filter((status) => status === 504)).toHaveLength(5);
  const later = await statuses(proxy, 4);
  // An ejection ends after three quarters of a second at the earliest.
  const trials = Math.floor((performance.now() - startedMs - headMs) / 750);
  expect(later.filter((status) => status !== 200).length).toBeLessThanOrEqual(trials);
  const timeouts = proxy.rows.filter(({ status }) => status === 504);
  for (const row of timeouts) {
    expect(row).toMatchObject({ errorCode: "header_timeout", upstream: silent.url });
  }
});

it.concurrent("one whose name is unknown: the other answers every request, and it is ejected", async () => {
  await using good = await startUpstream(answerOk);
  const unknown = "http://nobody.invalid:8080";
  await using proxy = await startProxy({ config: app([unknown, good.url]) });
  const startedMs = performance.now();
  expect(new Set(await statuses(proxy, 14))).toEqual(new Set([200]));
  // An ejection ends after three quarters of a second at the earliest.
  const trials = Math.floor((performance.now() - startedMs) / 750);
  const tried = proxy.rows.filter(({ attempts }) => attempts.length === 2);
  expect(tried.length).toBeGreaterThanOrEqual(5);
  expect(tried.length).toBeLessThanOrEqual(5 + trials);
  for (const { attempts } of tried) {
    expect(attempts[0]).toMatchObject({ upstream: unknown, error: "upstream_unreachable" });
  }
});

it.concurrent("all dead: each request still tries two, and gets 502 with its code", async () => {
  const dead = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
  await using proxy = await startProxy({ config: app(dead) });
  expect(new Set(await statuses(proxy, 14))).toEqual(new Set([502]));
  for (const { attempts, errorCode } of proxy.rows) {
    expect(errorCode).toBe("upstream_unreachable");
    expect(attempts).toHaveLength(2);
  }
});

it.concurrent("one that flaps: its failures are few, and each time it has mended it is back", async (context) => {
  let well = true;
  await using flapping = await startUpstream((call, nth) => {
    if (well) void answerOk(call, nth);
    else call.socket.destroy();
  });
  await using good = await startUpstream(answerOk);
  await using proxy = await startProxy({ config: app([flapping.url, good.url]) });
  for (let round = 0; round < 2; round++) {
    well = false;
    // A GET goes to the other one.
    expect(new Set(await statuses(proxy, 14))).toEqual(new Set([200]));
    well = true;
    const served = (): number =>
      proxy.rows.filter(({ upstream }) => upstream === flapping.url).length;
    const before = served();
    await context.expect
      .poll(() => statuses(proxy, 4).then(served), { interval: 50 })
      .toBeGreaterThan(before + 2);
  }
});
