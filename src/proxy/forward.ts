// One attempt at one endpoint: streams the request up and the response down, both under backpressure.
import type { Duplex } from "node:stream";
import type { Lease } from "../balancer/lease.ts";
import { outcomeOf } from "../balancer/outcome.ts";
import type { Clock } from "../core/clock.ts";
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { Watcher } from "../downstream/downstream.ts";
import type { Permit } from "../policy/snapshot.ts";
import { attemptSpanId } from "../telemetry/span-ids.ts";
import type { AttemptRecord } from "../telemetry/record.ts";
import type { Attempt, ResponseHead, ResponseSink, UpstreamRequest } from "../upstream/upstream.ts";
import type { FailedAttempt, Send } from "./balance.ts";
import { noteTiming, openAttempt } from "./attempt-record.ts";
import { BodyPump } from "./body-pump.ts";
import type { Exchange } from "./exchange.ts";
import { awaitContinue, type Continuation } from "./continuation.ts";
import { passInformational } from "./informational.ts";
import { buildOutgoing } from "./outgoing.ts";
import { isRepeatable } from "./repeatable.ts";
import { replyFields } from "./reply-fields.ts";
import type { RoutedRequest } from "./route.ts";
import { sendableTrailers } from "./trailers.ts";
import { joinSockets, noteTunnelEnd, type Tunnel } from "./tunnel.ts";
import { acceptsWebSocket } from "./websocket-accept.ts";

export type Forward = (permit: Permit, exchange: Exchange, routed: RoutedRequest) => Send;

const NANOS_PER_MILLI = 1e6;
const CONTINUE = 100;

/** Needs a Permit though it reads nothing of it: what was not allowed can't be sent. */
export function createForward(clock: Clock): Forward {
  return function forward(_permit, exchange, routed) {
    return (lease) =>
      new Promise((resolve) => {
        const { spanId: ofRequest, attempts } = exchange.record;
        const spanId = attemptSpanId(ofRequest, attempts.length);
        const request = buildOutgoing(exchange, routed, { spanId, url: lease.endpoint.url });
        const parts = { exchange, routed, lease, request, clock };
        new Forwarding(parts, resolve).start();
      });
  };
}

interface ForwardingParts {
  readonly exchange: Exchange;
  readonly routed: RoutedRequest;
  readonly lease: Lease;
  readonly request: UpstreamRequest;
  readonly clock: Clock;
}

/** The sink of one attempt. One object instead of a closure for each event: this is the hot path. */
class Forwarding implements ResponseSink, Watcher {
  readonly #parts: ForwardingParts;
  readonly #resolve: (failed: FailedAttempt | null) => void;
  readonly #record: AttemptRecord;
  readonly #startedNs: number;
  #attempt: Attempt | null = null;
  #pump: BodyPump | null = null;
  #tunnel: Tunnel | null = null;
  #continuation: Continuation | null = null;
  #last: Buffer | null = null;
  #settled = false;
  #deadline: NodeJS.Timeout | null = null;

  constructor(parts: ForwardingParts, resolve: (failed: FailedAttempt | null) => void) {
    this.#parts = parts;
    this.#resolve = resolve;
    this.#startedNs = parts.clock.nowNs();
    this.#record = openAttempt(parts, this.#startedNs);
  }

  start(): void {
    const { exchange, routed, request, lease } = this.#parts;
    if (exchange.broken !== null) {
      this.breakOff(exchange.broken);
      return;
    }
    exchange.underway = this;
    exchange.downstream.pace = routed.match.route.pace;
    this.#armDeadline();
    const service = exchange.snapshot.services.get(routed.match.route.options.service);
    const pool = service?.upstreams.get(lease.endpoint.url);
    if (pool === undefined) {
      this.breakOff(new WeirError("no_endpoint"));
      return;
    }
    this.#attempt = pool.send(request, this);
    if (request.body === "none") return;
    if (this.#attempt.sent) this.#pumpBody();
    else this.#attempt.onDrain = this.#pumpBody;
  }

  /** The head is on its way: from here on the body may be read, and the request not be sent anew. */
  readonly #pumpBody = (): void => {
    const { exchange, request } = this.#parts;
    const attempt = this.#attempt;
    if (attempt === null) return;
    const { idleMs } = request.timeouts;
    if (exchange.expectsContinue) this.#continuation = awaitContinue(exchange, idleMs);
    this.#pump = new BodyPump({
      exchange,
      attempt,
      abort: (error) => this.breakOff(error),
      silenceMs: idleMs,
    });
    this.#pump.start();
  };

  informational(head: ResponseHead): void {
    if (head.status === CONTINUE) this.#continuation?.grant();
    else passInformational(this.#parts.exchange, head);
  }

  head(head: ResponseHead): void {
    const { exchange, lease, routed, clock } = this.#parts;
    if (this.#hasTooMany(head.headers)) return;
    lease.firstByte(clock.nowNs(), head.status);
    this.#record.status = head.status;
    exchange.record.status = head.status;
    const { downstream, expectsContinue, continued } = exchange;
    // Who was not asked for the body may send it now, or another request: nobody can tell.
    if (expectsContinue && !continued && !downstream.complete) downstream.keepAlive = false;
    downstream.sendHead(
      head.status,
      head.reason,
      replyFields(head, routed.match.route.options.response_headers, exchange),
    );
  }

  data(chunk: Buffer, last: boolean): boolean {
    const { exchange } = this.#parts;
    exchange.record.responseBytes += chunk.length;
    if (last) {
      this.#last = chunk;
      return true;
    }
    const { downstream } = exchange;
    if (downstream.write(chunk)) return true;
    downstream.onDrain = this.#resumeUpstream;
    downstream.limitSilence(this.#parts.request.timeouts.idleMs);
    return false;
  }

  end(trailers: RawHeaders): void {
    const { exchange } = this.#parts;
    if (this.#hasTooMany(trailers)) return;
    this.#settle(outcomeOf(this.#record.status));
    exchange.record.completed = !exchange.downstream.gone;
    exchange.finish(this.#last, sendableTrailers(trailers));
    this.#resolve(null);
  }

  upgraded(head: ResponseHead, socket: Duplex, leftover: Buffer): void {
    const { exchange, routed, request, lease, clock } = this.#parts;
    if (!acceptsWebSocket(exchange.headers, head)) {
      socket.destroy();
      this.fail(new WeirError("upstream_malformed", "101 that accepts no WebSocket"));
      return;
    }
    lease.firstByte(clock.nowNs(), head.status);
    exchange.record.kind = "websocket";
    exchange.record.status = head.status;
    this.#record.status = head.status;
    const { idleMs } = request.timeouts;
    const edit = routed.match.route.options.response_headers;
    const parts = { exchange, head, edit, upstream: socket, leftover, idleMs };
    this.#tunnel = joinSockets(parts, (failure) => {
      noteTunnelEnd(exchange, failure);
      this.#settle("ok");
      this.#resolve(null);
    });
  }

  fail(error: WeirError): void {
    if (this.#settled) return;
    this.#record.error = error.code;
    const { sent = false, reusedConnection = false } = this.#attempt ?? {};
    const { method } = this.#parts.request;
    const repeatable = !this.#isBegun() && isRepeatable(error, sent, method);
    const stale = repeatable && reusedConnection;
    this.#settle(stale ? "aborted" : "failed");
    this.#resolve({ error, repeatable, stale });
  }

  /** For the client: it has some of a reply, or some of its body is used up. */
  #isBegun(): boolean {
    return this.#parts.exchange.downstream.replied || (this.#pump?.consumed ?? false);
  }

  /** Clients leave out, unsaid, what is beyond their own count, or give up. */
  #hasTooMany(fields: RawHeaders): boolean {
    if (fields.length / 2 <= this.#parts.exchange.snapshot.limits.header_count) return false;
    this.#attempt?.abort();
    this.fail(new WeirError("upstream_malformed", "more fields than limits.header_count"));
    return true;
  }

  flush(): void {
    if (!this.#settled) this.#parts.exchange.downstream.flushHead();
  }

  readonly #resumeUpstream = (): void => {
    const { downstream } = this.#parts.exchange;
    downstream.onDrain = null;
    downstream.limitSilence(0);
    this.#attempt?.resume();
  };

  breakOff(error: WeirError): void {
    if (this.#settled) return;
    if (this.#tunnel !== null) {
      this.#tunnel.cut(error);
      return;
    }
    this.#attempt?.abort();
    this.#record.error = error.code;
    this.#settle("aborted");
    this.#resolve({ error, repeatable: false, stale: false });
  }

  /** Most routes have no total limit, so most requests have no timer. */
  #armDeadline(): void {
    const { exchange, routed, clock } = this.#parts;
    const { total_ms: totalMs } = routed.match.route.options.timeouts;
    if (totalMs === 0) return;
    const spentMs = (clock.nowNs() - exchange.startedNs) / NANOS_PER_MILLI;
    this.#deadline = setTimeout(
      () => this.breakOff(new WeirError("total_timeout")),
      Math.max(0, totalMs - spentMs),
    );
  }

  /** Frees the slot and notes the times; once. */
  #settle(outcome: "ok" | "failed" | "aborted"): void {
    const { exchange, lease, clock } = this.#parts;
    this.#settled = true;
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    const nowNs = clock.nowNs();
    this.#record.durationNs = nowNs - this.#startedNs;
    lease.settle(outcome, nowNs);
    exchange.underway = null;
    this.#pump?.stop();
    this.#continuation?.stop();
    if (this.#attempt === null) return;
    noteTiming(exchange.record, this.#attempt.timing, this.#record.durationNs);
  }
}
