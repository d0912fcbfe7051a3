// Reaches endpoints through http-proxy-middleware instead of weir's own client, by the same contract.
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { createProxyMiddleware, type Options } from "http-proxy-middleware";
import { toWeirError, WeirError } from "../core/errors.ts";
import type { UpstreamTls } from "../upstream/options.ts";
import { secureOptions } from "../upstream/secure-dial.ts";
import type {
  OpenPool,
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

/** One http-proxy-middleware for all endpoints: the balancer chooses, its router only tells. */
export function createOpenPool(): OpenPool {
  const bound = new WeakMap<IncomingMessage, Bound>();
  const middleware = createProxyMiddleware(proxyOptions(bound));
  return (endpoint, options) => {
    const launch = (attempt: ProxiedAttempt, agent: HttpAgent): void => {
      bound.set(attempt.head, { attempt, url: endpoint.url, agent });
      middleware(attempt.head, attempt.reply, (error) => {
        if (error !== undefined) attempt.fail(toWeirError(error));
      }).catch((thrown: unknown) => attempt.fail(toWeirError(thrown)));
    };
    return new ProxiedPool({ endpoint, options, launch });
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
  if (!url.startsWith("https:")) return new HttpAgent(limits);
  const { hostname } = new URL(url);
  const secure = secureOptions({ host: hostname.replace(/^\[(.*)\]$/, "$1"), tls });
  // Node would resume for as long as the endpoint likes, and a resumed connection is not verified again.
  return new HttpsAgent({ ...limits, ...secure, maxCachedSessions: 0 });
}

interface PoolParts {
  readonly endpoint: UpstreamEndpoint;
  readonly options: UpstreamPoolOptions;
  /** Hands an attempt to http-proxy-middleware. */
  readonly launch: (attempt: ProxiedAttempt, agent: HttpAgent) => void;
}

class ProxiedPool implements UpstreamPool {
  readonly #parts: PoolParts;
  readonly #running = new Set<ProxiedAttempt>();
  #agent: HttpAgent;
  #closed = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#agent = agentOf(parts.endpoint, parts.options);
  }

  get active(): number {
    return this.#running.size;
  }

  send(request: UpstreamRequest, sink: ResponseSink): ProxiedAttempt {
    const { endpoint, options, launch } = this.#parts;
    const attempt: ProxiedAttempt = new ProxiedAttempt({
      request,
      sink,
      clock: options.clock,
      secure: endpoint.url.startsWith("https:"),
      tlsFailed: options.tlsFailed,
      ended: () => this.#running.delete(attempt),
    });
    this.#running.add(attempt);
    if (this.#closed) queueMicrotask(() => attempt.fail(new WeirError("draining")));
    else launch(attempt, this.#agent);
    return attempt;
  }

  resize(connections: number): void {
    this.#agent.maxSockets = connections;
  }

  renew(tls: UpstreamTls | null): void {
    const { endpoint, options } = this.#parts;
    const before = this.#agent;
    this.#agent = agentOf({ ...endpoint, tls }, { ...options, connections: before.maxSockets });
    // Those in use are closed once they have idled for their time.
    for (const idle of Object.values(before.freeSockets).flat()) idle?.destroy();
  }

  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    if (this.#running.size > 0) await sleep(graceMs, undefined, { ref: false });
    for (const attempt of this.#running) attempt.fail(new WeirError("draining"));
    this.#agent.destroy();
  }
}
