// The client's side of an exchange where node:http has it: Express's request and response.
import type { IncomingMessage, ServerResponse } from "node:http";
import { WeirError } from "../core/errors.ts";
import { HeaderList, type RawHeaders } from "../core/header-list.ts";
import type { TlsFacts } from "../core/peer-certificate.ts";
import { encodeFields } from "../http1/field-lines.ts";
import type {
  ArrivedHead,
  BodySink,
  Detached,
  Downstream,
  Watcher,
} from "../downstream/downstream.ts";
import { FIRST_PACE, type Pace } from "../downstream/pace.ts";
import { statusLine } from "../downstream/reply-head.ts";
import { framingOf } from "../downstream/request-head.ts";
import { tlsFactsOf } from "../downstream/tls-facts.ts";
import { pairs } from "./header-pairs.ts";

/** For a client to notice an early reply and stop sending. */
const LINGER_MS = 2_000;

/** Sockets on which nobody can tell where the next request begins; node:http reads on nevertheless. */
const UNCLEAR = new WeakSet<object>();

/** Behind a request whose end is unclear: not to be acted on, nor answered. */
export function isBehindUnclear({ socket }: IncomingMessage): boolean {
  return UNCLEAR.has(socket);
}

export class NodeDownstream implements Downstream {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly head: ArrivedHead;
  readonly tls: TlsFacts | null;
  /** Not held to: node:http has limits of its own. */
  pace: Pace = FIRST_PACE;
  watcher: Watcher | null = null;
  onDrain: (() => void) | null = null;
  #sink: BodySink | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, target: string) {
    const { method = "", httpVersion, rawHeaders } = request;
    const headers = new HeaderList(rawHeaders);
    this.#request = request;
    this.#response = response;
    this.tls = tlsFactsOf(request.socket);
    const body = framingOf(headers, httpVersion);
    this.head = { method, target, httpVersion, headers, body, upgrade: "" };
    if (body === "unclear") {
      response.shouldKeepAlive = false;
      UNCLEAR.add(request.socket);
    }
    response.on("drain", () => this.onDrain?.());
    response.on("close", () => {
      if (!response.writableFinished) this.#left();
    });
    request.on("error", () => this.#left());
  }

  get address(): string {
    return this.#request.socket.remoteAddress ?? "";
  }

  get complete(): boolean {
    return this.#request.complete;
  }

  get gone(): boolean {
    return this.#response.destroyed;
  }

  get replied(): boolean {
    return this.#response.headersSent;
  }

  get keepAlive(): boolean {
    return this.#response.shouldKeepAlive;
  }

  set keepAlive(keep: boolean) {
    this.#response.shouldKeepAlive = keep;
  }

  readBody(sink: BodySink, silenceMs: number): void {
    const request = this.#request;
    this.#sink = sink;
    request.on("data", this.#data);
    request.on("end", this.#end);
    request.setTimeout(silenceMs, this.#silent);
    request.resume();
  }

  pauseBody(): void {
    this.#request.pause();
  }

  resumeBody(): void {
    this.#request.resume();
  }

  stopBody(): void {
    const request = this.#request;
    this.#sink = null;
    request.pause();
    request.setTimeout(0);
    request.off("timeout", this.#silent);
    request.off("data", this.#data);
    request.off("end", this.#end);
  }

  discardBody(): void {
    this.stopBody();
    this.#request.resume();
  }

  sendContinue(): void {
    // node:http has sent the 100 by itself.
  }

  sendInterim(status: number, reason: string, fields: RawHeaders): void {
    const { socket } = this.#response;
    // A queued reply has no socket yet.
    if (socket === null || this.replied || this.head.httpVersion !== "1.1") return;
    socket.write(`${statusLine(status, reason)}${encodeFields(fields)}\r\n`, "latin1");
  }

  sendHead(status: number, reason: string, fields: RawHeaders): void {
    this.#response.writeHead(status, reason, [...fields]);
  }

  flushHead(): void {
    this.#response.flushHeaders();
  }

  write(chunk: Buffer): boolean {
    return this.#response.write(chunk);
  }

  limitSilence(silenceMs: number): void {
    if (this.#sink === null || this.complete) this.#request.socket.setTimeout(silenceMs);
  }

  end(last: Buffer | string | null, trailers: RawHeaders): void {
    const request = this.#request;
    const response = this.#response;
    if (trailers.length > 0) response.addTrailers(pairs(trailers));
    response.end(last ?? undefined);
    if (request.complete) return;
    const late = setTimeout(() => request.socket.destroy(), LINGER_MS);
    late.unref();
    request.once("close", () => clearTimeout(late));
    this.discardBody();
  }

  destroy(): void {
    this.#response.destroy();
  }

  detach(): Detached {
    throw new WeirError("internal", "node:http keeps its sockets");
  }

  /** Tells the watcher, once. */
  #left(): void {
    const { watcher } = this;
    this.watcher = null;
    watcher?.breakOff(new WeirError("client_closed"));
  }

  readonly #data = (chunk: Buffer): void => this.#sink?.data(chunk);

  readonly #end = (): void => {
    this.#request.setTimeout(0);
    this.#sink?.end(this.#request.rawTrailers);
  };

  /** While the upstream takes nothing the silence is not the client's. */
  readonly #silent = (): void => {
    if (!this.#request.isPaused()) this.#sink?.silent("silent");
  };
}
