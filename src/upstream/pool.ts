// Connections to one endpoint: the freshest idle one serves next; at the cap, requests wait in line.
import { toWeirError, WeirError } from "../core/errors.ts";
import { type Sweep, sweepEvery } from "../core/sweep.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOptions, ConnectionOwner } from "./connection-owner.ts";
import { createDialer } from "./dial.ts";
import { Exchange, type ExchangeOwner } from "./exchange.ts";
import { declaredLength, encodeHead } from "./request-head.ts";
import type { UpstreamTls } from "./options.ts";
import type {
  Attempt,
  ResponseSink,
  UpstreamEndpoint,
  UpstreamPool,
  UpstreamPoolOptions,
  UpstreamRequest,
} from "./upstream.ts";

const SWEEP_MS = 50;

/** A pool for one endpoint; opens nothing until the first request. */
export function createUpstreamPool(
  endpoint: UpstreamEndpoint,
  options: UpstreamPoolOptions,
): UpstreamPool {
  return new Pool(endpoint, options);
}

class Pool implements UpstreamPool, ConnectionOwner, ExchangeOwner {
  readonly #url: string;
  #options: ConnectionOptions;
  #cap: number;
  readonly #connections = new Set<Connection>();
  readonly #idle: Connection[] = [];
  /** Waiting for a slot, in order of arrival. */
  readonly #queue = new Set<Exchange>();
  #active = 0;
  #closed = false;
  #whenQuiet: (() => void) | null = null;
  #sweeping: Sweep | null = null;
  /** Spares a look at the clock for each request. */
  #sweptNs = 0;

  constructor(endpoint: UpstreamEndpoint, options: UpstreamPoolOptions) {
    this.#url = endpoint.url;
    this.#options = { ...options, dialer: createDialer(endpoint) };
    this.#cap = options.connections;
  }

  get active(): number {
    return this.#active;
  }

  send(request: UpstreamRequest, sink: ResponseSink): Attempt {
    const nowNs = this.#options.clock.nowNs();
    const exchange = new Exchange(this, { request, sink }, nowNs);
    this.#active++;
    try {
      if (this.#closed) throw new WeirError("draining");
      exchange.encoded = { head: encodeHead(request), bodyLength: declaredLength(request) };
      this.#place(exchange, nowNs);
    } catch (thrown) {
      process.nextTick(() => exchange.fail(toWeirError(thrown)));
    }
    return exchange;
  }

  resize(connections: number): void {
    this.#cap = connections;
    const surplus = Math.max(0, this.#connections.size - connections);
    // Those longest idle; each takes itself off the list.
    for (const idle of this.#idle.slice(0, surplus)) idle.drop();
    this.#dialWaiting();
  }

  renew(tls: UpstreamTls | null): void {
    this.#options = { ...this.#options, dialer: createDialer({ url: this.#url, tls }) };
    for (const idle of this.#idle.slice()) idle.drop();
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.drop();
    if (this.#connections.size > 0) await this.#quiet(graceMs);
    for (const exchange of this.#queue) exchange.fail(new WeirError("draining"));
    for (const connection of this.#connections) connection.fail(new WeirError("draining"));
  }

  released(connection: Connection): void {
    const isOver = this.#connections.size > this.#cap || this.#isStale(connection);
    const next = isOver ? null : this.#nextInLine();
    if (next !== null) this.#reuse(connection, next);
    else if (isOver || this.#closed) connection.drop();
    else this.#idle.push(connection);
  }

  /** One that rests on other certificates than those of now. */
  #isStale({ dialer, trustEndNs }: Connection): boolean {
    return dialer !== this.#options.dialer || trustEndNs <= this.#sweptNs;
  }

  gone(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#dialWaiting();
    if (this.#connections.size === 0) this.#rest();
  }

  ended(exchange: Exchange): void {
    this.#active--;
    this.#queue.delete(exchange);
  }

  #place(exchange: Exchange, nowNs: number): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) this.#reuse(idle, exchange, nowNs);
    else if (this.#connections.size < this.#cap) this.#dial(exchange);
    else this.#queue.add(exchange);
  }

  /** An upgrade needs a socket of another kind; the free one makes room for it. */
  #reuse(free: Connection, exchange: Exchange, nowNs = this.#options.clock.nowNs()): void {
    if (exchange.request.upgrade === "") free.serve(exchange, nowNs);
    else {
      this.#dial(exchange);
      free.drop();
    }
  }

  #dial(exchange: Exchange): void {
    this.#connections.add(new Connection(this, this.#options, exchange));
    this.#sweeping ??= sweepEvery(SWEEP_MS, () => this.#sweep());
  }

  #dialWaiting(): void {
    while (this.#connections.size < this.#cap) {
      const next = this.#nextInLine();
      if (next === null) return;
      this.#dial(next);
    }
  }

  /** The one who has waited longest, out of the queue. */
  #nextInLine(): Exchange | null {
    for (const exchange of this.#queue) {
      this.#queue.delete(exchange);
      exchange.timing.queueNs = this.#options.clock.nowNs() - exchange.startedNs;
      return exchange;
    }
    return null;
  }

  #sweep(): void {
    const nowNs = this.#options.clock.nowNs();
    this.#sweptNs = nowNs;
    for (const connection of this.#connections) connection.sweep(nowNs);
    for (const idle of this.#idle.slice()) if (this.#isStale(idle)) idle.drop();
    for (const exchange of this.#queue) {
      if (exchange.isLate(nowNs)) exchange.fail(new WeirError("connect_timeout", "no free slot"));
    }
  }

  #rest(): void {
    this.#sweeping?.stop();
    this.#sweeping = null;
    this.#whenQuiet?.();
  }

  #quiet(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#whenQuiet = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
