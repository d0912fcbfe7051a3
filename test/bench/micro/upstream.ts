// CPU time per upstream request: weir's client against undici's Pool.dispatch, the upstream apart.
// Run: node test/bench/micro/upstream.ts [requests per round]
import { fork } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Pool } from "undici";
import { systemClock } from "../../../src/core/clock.ts";
import { createUpstreamPool } from "../../../src/upstream/pool.ts";
import type { ResponseSink } from "../../../src/upstream/upstream.ts";

const CONNECTIONS = 32;
const ROUNDS = 5;
const TARGET = "/orders/123?x=1";
const HEADERS = Object.entries({
  Host: "orders.test",
  "User-Agent": "bench/1",
  Accept: "*/*",
  Via: "1.1 weir",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  Forwarded: "for=127.0.0.1;proto=http",
  "X-Forwarded-For": "127.0.0.1",
}).flat();
const BODY = "x".repeat(256);
const ANSWER = Buffer.from(
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sat, 21 Nov 2026 21:00:00 GMT\r\n" +
    `ETag: W/"abc-123456"\r\nCache-Control: no-cache\r\nContent-Length: ${BODY.length}\r\n` +
    `Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n${BODY}`,
);

/** Starts one request and calls back when its response has ended. */
type Send = (done: () => void) => void;

if (process.send === undefined) await compare(Number(process.argv[2] ?? 100_000));
else serve();

function serve(): void {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.write(ANSWER));
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.on("disconnect", () => process.exit());
}

async function compare(requests: number): Promise<void> {
  const upstream = fork(import.meta.filename);
  const [port] = (await once(upstream, "message")) as [number];
  const url = `http://127.0.0.1:${port}`;
  const rivals = { undici: throughUndici(url), weir: throughWeir(url) };
  const best = { undici: Infinity, weir: Infinity };
  for (const send of Object.values(rivals)) await run(send, requests);
  // Taking turns, and keeping each one's best round, leaves out most of what neighbours do.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["undici", "weir"] as const) {
      best[name] = Math.min(best[name], await cpuPerRequest(rivals[name], requests));
    }
  }
  upstream.disconnect();
  console.log(`undici ${best.undici.toFixed(1)} us, weir ${best.weir.toFixed(1)} us`);
  console.log(`ratio ${(best.weir / best.undici).toFixed(2)}`);
  process.exit();
}

function throughUndici(url: string): Send {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
  return (done) =>
    pool.dispatch(
      { path: TARGET, method: "GET", headers: HEADERS },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: done,
        onResponseError: (_, error) => {
          throw error;
        },
      },
    );
}

function throughWeir(url: string): Send {
  const limits = { connections: CONNECTIONS, keepAliveMs: 4000, maxHeadBytes: 16_384 };
  const pool = createUpstreamPool({ url, tls: null }, { ...limits, clock: systemClock });
  const timeouts = { connectMs: 1000, headerMs: 10_000, idleMs: 10_000 };
  const call = { method: "GET", target: TARGET, headers: HEADERS, upgrade: "", timeouts };
  const sinkFor = (done: () => void): ResponseSink => ({
    informational: () => undefined,
    head: () => undefined,
    data: () => true,
    flush: () => undefined,
    end: done,
    upgraded: () => undefined,
    fail: (error) => {
      throw error;
    },
  });
  return (done) => void pool.send({ ...call, body: "none" }, sinkFor(done));
}

async function cpuPerRequest(send: Send, requests: number): Promise<number> {
  const before = process.cpuUsage();
  await run(send, requests);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / requests;
}

/** Keeps as many requests in flight as there are connections. */
function run(send: Send, requests: number): Promise<void> {
  return new Promise((resolve) => {
    let started = 0;
    let ended = 0;
    const next = (): void => {
      if (started >= requests) return;
      started++;
      send(() => {
        if (++ended === requests) resolve();
        else next();
      });
    };
    for (let at = 0; at < CONNECTIONS; at++) next();
  });
}
