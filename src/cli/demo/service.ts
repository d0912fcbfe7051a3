// Entry of one replica of a demo service: answers after a while, sometimes fails, calls others through weir.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer, request } from "../../core/node-http.ts";
import { announce, followParent, untilCollector, untilNews } from "./child.ts";
import { SHOP_KEY } from "./identities.ts";
import { createDemoSpans, type DemoSpan, KINDS } from "./spans.ts";

/** How a replica behaves; times in milliseconds. */
interface Temper {
  readonly meanMs: number;
  /** Times slower at the worst moment of its cycle. */
  readonly swing: number;
  readonly cycleMs: number;
  readonly failures: number;
}

const CALM: Temper = { meanMs: 8, swing: 1, cycleMs: 60_000, failures: 0 };

/** By "service/replica": three of orders that differ and change, so that there is something to steer. */
const TEMPERS: Readonly<Record<string, Temper>> = {
  "orders/0": { meanMs: 9, swing: 1.5, cycleMs: 45_000, failures: 0.002 },
  "orders/1": { meanMs: 16, swing: 4, cycleMs: 60_000, failures: 0.005 },
  "orders/2": { meanMs: 28, swing: 2, cycleMs: 30_000, failures: 0.02 },
  "payments/0": { meanMs: 22, swing: 2, cycleMs: 90_000, failures: 0.01 },
  "catalogue/0": { meanMs: 4, swing: 1, cycleMs: 60_000, failures: 0 },
};

const [service = "orders", replica = "0"] = process.argv.slice(2);
const temper = TEMPERS[`${service}/${replica}`] ?? CALM;
followParent();
const news = untilNews();
const spans = createDemoSpans(service, replica, untilCollector());

const server = createServer((incoming, response) => {
  void answer(incoming, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => {
  announce({ port: (server.address() as AddressInfo).port });
});

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  incoming.resume();
  const span = spans.begin(`${incoming.method} /${service}`, incoming.headers["traceparent"]);
  const work = span.child("work", KINDS.internal);
  await sleep(workMs());
  work.end();
  const called = await callOthers(incoming, span);
  const status = Math.random() < temper.failures ? 500 : called >= 500 ? 502 : 200;
  const body = JSON.stringify({ service, replica: Number(replica), path: incoming.url, called });
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
  span.end(status);
}

/** Exponential around a mean that swings, as busy machines do. */
function workMs(): number {
  const phase = Math.sin((Date.now() / temper.cycleMs) * 2 * Math.PI);
  const factor = 1 + ((temper.swing - 1) * (1 + phase)) / 2;
  return Math.min(temper.meanMs * factor * (0.4 - 0.6 * Math.log(1 - Math.random())), 2_000);
}

/** An order is priced by the catalogue and paid by payments: so traces have depth. 0: nobody was called. */
function callOthers(incoming: IncomingMessage, span: DemoSpan): Promise<number> {
  if (service !== "orders") return Promise.resolve(0);
  if (incoming.method === "POST") return call(incoming, span, ["POST", "/payments"]);
  const item = /^\/orders\/(\d+)/.exec(incoming.url ?? "")?.[1];
  if (item === undefined) return Promise.resolve(0);
  return call(incoming, span, ["GET", `/catalogue/items/${Number(item) % 40}`]);
}

type Call = readonly [method: string, path: string];

/** Goes through weir, on behalf of the shop, in the caller's trace. 502: it could not be reached. */
async function call(
  incoming: IncomingMessage,
  span: DemoSpan,
  [method, path]: Call,
): Promise<number> {
  const { proxy } = await news;
  const calling = span.child(method, KINDS.client);
  const { tracestate } = incoming.headers;
  const headers = {
    "x-api-key": SHOP_KEY,
    traceparent: calling.traceparent,
    ...(typeof tracestate === "string" ? { tracestate } : {}),
  };
  const status = await new Promise<number>((resolve) => {
    const outgoing = request(`${proxy}${path}`, { method, headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(502));
    });
    outgoing.on("error", () => resolve(502));
    outgoing.end();
  });
  calling.end(status);
  return status;
}
