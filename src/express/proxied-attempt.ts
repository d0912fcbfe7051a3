// One attempt that http-proxy-middleware makes: what node:http tells of it, as weir's sink wants it told.
import { type ClientRequest, type IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { type ErrorCode, messageOf, WeirError } from "../core/errors.ts";
import type { Clock } from "../core/clock.ts";
import type { RawHeaders } from "../core/header-list.ts";
import { connectionError } from "../upstream/connection-error.ts";
import type {
  Attempt,
  ResponseSink,
  UpstreamPoolOptions,
  UpstreamRequest,
} from "../upstream/upstream.ts";
import { pairs } from "./header-pairs.ts";
import { nodeRequest, responseHead } from "./node-heads.ts";

export interface AttemptParts {
  readonly request: UpstreamRequest;
  readonly sink: ResponseSink;
  readonly clock: Clock;
  /** Over TLS. */
  readonly secure: boolean;
  readonly tlsFailed: UpstreamPoolOptions["tlsFailed"];
  /** Called once, when the attempt is over in whatever way. */
  readonly ended: () => void;
}

export class ProxiedAttempt implements Attempt {
  readonly #parts: AttemptParts;
  readonly #beganNs: number;
  #upstream: ClientRequest | null = null;
  #response: IncomingMessage | null = null;
  #timer: NodeJS.Timeout | null = null;
  #over = false;
  /** The request http-proxy-middleware sees: made anew for each attempt from what `outgoing` built. */
  readonly head: IncomingMessage;
  /** The reply it sees; nothing is written to it, it only tells of an abort. */
  readonly reply: ServerResponse;
  readonly body: Readable;
  readonly timing = { queueNs: 0, connectNs: 0, headSentNs: 0, firstByteNs: 0 };
  onDrain: (() => void) | null = null;
  sent = false;
  reusedConnection = false;

  constructor(parts: AttemptParts) {
    const { request, clock } = parts;
    this.#parts = parts;
    this.#beganNs = clock.nowNs();
    this.head = nodeRequest(request);
    this.reply = new ServerResponse(this.head);
    this.body = new Readable({ read: () => this.sent && this.#drained() });
    if (request.body === "none") this.body.push(null);
    this.#watch(request.timeouts.connectMs, "connect_timeout");
  }

  write(chunk: Buffer): boolean {
    const more = this.#over || this.body.push(chunk);
    if (!more) this.#watch(this.#parts.request.timeouts.idleMs, "idle_timeout");
    return more;
  }

  finish(trailers: RawHeaders): void {
    if (this.#over) return;
    if (trailers.length > 0) this.#upstream?.addTrailers(pairs(trailers));
    this.body.push(null);
    if (this.#response === null) this.#awaitHead();
  }

  resume(): void {
    this.#response?.resume();
    this.#watch(this.#parts.request.timeouts.idleMs, "idle_timeout");
  }

  abort(): void {
    if (!this.#end()) return;
    // Destroys the upstream request in whatever phase it is: as if its client had left.
    this.reply.emit("close");
  }

  fail(error: WeirError): void {
    if (this.#over) return;
    this.abort();
    this.#parts.sink.fail(error);
  }

  /** An error of the request, or of http-proxy-middleware before there was one. */
  readonly failed = (cause: Error): void => {
    const { code } = cause as NodeJS.ErrnoException;
    if (code?.startsWith("HPE_")) {
      this.fail(new WeirError("upstream_malformed", messageOf(cause), { cause }));
      return;
    }
    const { secure, tlsFailed } = this.#parts;
    const broken = { secure, wasReady: this.sent, cause, suspicion: "" };
    this.fail(connectionError(broken, tlsFailed));
  };

  /** The request has its socket, which may still be connecting. */
  attach(upstream: ClientRequest): void {
    const { clock } = this.#parts;
    if (this.#over) {
      upstream.destroy();
      return;
    }
    this.#upstream = upstream;
    // http-proxy-middleware joins paths: "*" would become "/*".
    upstream.path = this.#parts.request.target;
    this.timing.queueNs = clock.nowNs() - this.#beganNs;
    this.reusedConnection = upstream.reusedSocket;
    upstream.on("information", this.#informational);
    const { socket } = upstream;
    if (socket === null || !socket.connecting) this.#connected();
    else socket.once("encrypted" in socket ? "secureConnect" : "connect", this.#connected);
  }

  readonly #connected = (): void => {
    if (this.#over) return;
    const { request, clock } = this.#parts;
    const sinceNs = clock.nowNs() - this.#beganNs;
    this.timing.connectNs = this.reusedConnection ? 0 : sinceNs - this.timing.queueNs;
    this.timing.headSentNs = sinceNs;
    this.sent = true;
    if (request.body === "none") {
      this.#awaitHead();
      return;
    }
    this.#unwatch();
    this.#upstream?.flushHeaders();
    this.#drained();
  };

  answered(response: IncomingMessage): void {
    if (this.#over) {
      response.destroy();
      return;
    }
    const { request, sink, clock } = this.#parts;
    this.#response = response;
    this.timing.firstByteNs = clock.nowNs() - this.#beganNs - this.timing.headSentNs;
    this.#watch(request.timeouts.idleMs, "idle_timeout");
    const head = responseHead(response, request.method);
    response.on("error", this.failed);
    response.on("close", () => this.failed(new Error("the response broke off")));
    response.on("end", () => {
      if (response.complete && this.#end()) sink.end(response.rawTrailers);
    });
    sink.head(head);
    process.nextTick(() => this.#over || sink.flush());
    let left = head.bodyLength;
    response.on("data", (chunk: Buffer) => {
      if (this.#over) return;
      left -= chunk.length;
      if (sink.data(chunk, left === 0)) this.#timer?.refresh();
      else this.#pause();
    });
  }

  readonly #informational = (info: {
    statusCode: number;
    statusMessage: string;
    rawHeaders: string[];
  }): void => {
    if (this.#over) return;
    const { statusCode: status, statusMessage: reason, rawHeaders: headers } = info;
    this.#parts.sink.informational({ status, reason, headers, httpMinor: 1, bodyLength: 0 });
  };

  #drained(): void {
    if (this.#over) return;
    if (this.#response === null) this.#unwatch();
    this.onDrain?.();
  }

  /** The client takes no more for now: the silence is not the upstream's. */
  #pause(): void {
    this.#response?.pause();
    this.#unwatch();
  }

  #awaitHead(): void {
    this.#watch(this.#parts.request.timeouts.headerMs, "header_timeout");
  }

  /** One limit at a time; 0: none. */
  #watch(limitMs: number, code: ErrorCode): void {
    this.#unwatch();
    if (limitMs === 0 || this.#over) return;
    this.#timer = setTimeout(() => this.fail(new WeirError(code)), limitMs);
  }

  #unwatch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** False where it was over before. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#unwatch();
    this.#parts.ended();
    return true;
  }
}
