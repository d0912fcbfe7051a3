// Reaches endpoints through http-proxy-middleware instead of weir's own client, by the same contract.
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { createProxyMiddleware, type Options } from "http-proxy-middleware";
import type { Clock } from "../core/clock.ts";
import { toWeirError, WeirError } from "../core/errors.ts";
import type {
  ResponseSink,
  UpstreamEndpoint,
  UpstreamPool,
  UpstreamPoolOptions,
  UpstreamRequest,
} from "../upstream/upstream.ts";
import { ProxiedAttempt } from "./proxied-attempt.ts";

/** An attempt on its way to its endpoint. */
interface Bound {
  readonly attempt: ProxiedAttempt;
  readonly url: string;
  readonly agent: HttpAgent;
}

export type OpenPool = (endpoint: UpstreamEndpoint, options: UpstreamPoolOptions) => UpstreamPool;

/** One http-proxy-middleware for all endpoints: the balancer chooses, its router only tells. */
export function createOpenPool(): OpenPool {
  const bound = new WeakMap<IncomingMessage, Bound>();
  const middleware = createProxyMiddleware(proxyOptions(bound));
  return (endpoint, options) => {
    const agent = agentOf(endpoint, options);
    const launch = (attempt: ProxiedAttempt): void => {
      bound.set(attempt.head, { attempt, url: endpoint.url, agent });
      middleware(attempt.head, attempt.reply, (error) => {
        if (error !== undefined) attempt.fail(toWeirError(error));
      }).catch((thrown: unknown) => attempt.fail(toWeirError(thrown)));
    };
    return new ProxiedPool({ clock: options.clock, agent, launch });
  };
}

/** Everything it would write by itself is turned off: replies and errors are weir's. */
function proxyOptions(bound: WeakMap<IncomingMessage, Bound>): Options {
  const attemptOf = (head: IncomingMessage): ProxiedAttempt | undefined => bound.get(head)?.attempt;
  return {
    selfHandleResponse: true,
    ejectPlugins: true,
    router(head, _reply, options) {
      const { attempt, url, agent } = bound.get(head) ?? {};
      Object.assign(options, { agent, buffer: attempt?.body });
      return url ?? "";
    },
    plugins: [
      (proxy) => {
        proxy.on("proxyReq", (upstream: ClientRequest, head) => attemptOf(head)?.attach(upstream));
        proxy.on("proxyRes", (response, head) => attemptOf(head)?.answered(response));
        proxy.on("error", (error, head) => head && attemptOf(head)?.failed(error));
        proxy.on("econnreset", (error, head) => attemptOf(head)?.failed(error));
      },
    ],
  };
}

function agentOf({ url, tls }: UpstreamEndpoint, options: UpstreamPoolOptions): HttpAgent {
  const { connections, keepAliveMs } = options;
  const limits = { keepAlive: keepAliveMs > 0, maxSockets: connections, timeout: keepAliveMs };
  return url.startsWith("https:") ? new HttpsAgent({ ...limits, ...tls }) : new HttpAgent(limits);
}

interface PoolParts {
  readonly clock: Clock;
  readonly agent: HttpAgent;
  /** Hands an attempt to http-proxy-middleware. */
  readonly launch: (attempt: ProxiedAttempt) => void;
}

class ProxiedPool implements UpstreamPool {
  readonly #parts: PoolParts;
  readonly #running = new Set<ProxiedAttempt>();
  #closed = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  get active(): number {
    return this.#running.size;
  }

  send(request: UpstreamRequest, sink: ResponseSink): ProxiedAttempt {
    const { clock, launch } = this.#parts;
    const attempt: ProxiedAttempt = new ProxiedAttempt({
      request,
      sink,
      clock,
      ended: () => this.#running.delete(attempt),
    });
    this.#running.add(attempt);
    if (this.#closed) queueMicrotask(() => attempt.fail(new WeirError("draining")));
    else launch(attempt);
    return attempt;
  }

  resize(connections: number): void {
    this.#parts.agent.maxSockets = connections;
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    if (this.#running.size > 0) await sleep(graceMs, undefined, { ref: false });
    for (const attempt of this.#running) attempt.fail(new WeirError("draining"));
    this.#parts.agent.destroy();
  }
}
