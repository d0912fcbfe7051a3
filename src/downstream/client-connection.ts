// One client's socket: requests are read and answered one after the other, in their order.
import { toWeirError, WeirError } from "../core/errors.ts";
import { fillsItsMemory, giveAway } from "../core/slabs.ts";
import type { ClientSocket } from "./client-socket.ts";
import { ClientExchange, type ExchangeCarrier } from "./client-exchange.ts";
import { closeSocket, LINGER_MS } from "./close-socket.ts";
import type { ConnectionOwner } from "./connection-owner.ts";
import type { ArrivedHead, Detached, Sender } from "./downstream.ts";
import { HeadTimer } from "./head-timer.ts";
import { PaceMeter } from "./pace.ts";
import type { Resting } from "./records/resting.ts";
import { RequestParser } from "./request-parser.ts";
import { hearNoMore, listenTo, type SocketEvents } from "./socket-events.ts";
import { tlsFactsOf } from "./tls-facts.ts";

/** Bytes read ahead of their turn; more stay with the kernel. */
const MAX_HELD_BYTES = 16_384;

export class ClientConnection implements ExchangeCarrier, SocketEvents {
  socket: ClientSocket;
  tls: Sender["tls"];
  readonly #owner: ConnectionOwner;
  readonly #parser: RequestParser;
  readonly #meter = new PaceMeter();
  readonly #headTimer = new HeadTimer();
  #exchange: ClientExchange | null = null;
  #held: Buffer | null = null;
  #stage: "serving" | "closing" | "detached" = "serving";
  #running = false;
  /** All that was read at once is of the exchange under way. */
  #isItsOwn = false;
  /** null: it rests already, or never does. */
  #resting: Resting | null;

  /** `resting`: null where it is not encrypted. */
  constructor(socket: ClientSocket, owner: ConnectionOwner, resting: Resting | null) {
    this.socket = socket;
    this.tls = tlsFactsOf(socket);
    this.#owner = owner;
    this.#resting = resting;
    this.#parser = new RequestParser(owner.limits.header_bytes);
    listenTo(socket, this);
  }

  /** Nothing was ever read of it: its first request may be on its way. */
  get untouched(): boolean {
    return this.socket.bytesRead === 0;
  }

  /** Ends the connection unless something is under way, for which half a head may count; nothing that comes later is acted on. */
  closeIdle(halfHeadCounts = true): void {
    const isAsked = this.#exchange !== null || (halfHeadCounts && this.#parser.begun);
    if (this.#stage === "serving" && !isAsked) this.#close(true);
  }

  /** The exchange under way ends the connection. */
  endAfterReply(): void {
    if (this.#exchange !== null) this.#exchange.keepAlive = false;
  }

  /** Ends what has waited for too long; `nowMs` by performance.now(). */
  sweep(nowMs: number): void {
    if (this.#stage === "detached") return;
    const slow = this.#meter.slow(nowMs, this.socket, this.#exchange);
    if (slow === "body") this.#guarded(() => this.#exchange?.sink?.silent("slow"));
    else if (slow === "reader") {
      const error = new WeirError("client_too_slow", "reads too slowly");
      this.#guarded(() => this.#exchange?.breakOff(error));
      this.cut();
    }
    if (this.#exchange === null && this.#stage === "serving") this.#sweepHead(nowMs);
  }

  /** Whether it could rest: encrypted, and still since this was asked for the last time. */
  isIdle(): boolean {
    if (this.#exchange !== null || this.#held !== null || this.#parser.begun) return false;
    return this.#stage === "serving" && this.#resting?.isStill() === true;
  }

  /** Tried once: what stands in the way will do so again. */
  rest(): void {
    const rested = this.#resting?.rest(this.tls) ?? null;
    this.#resting = null;
    if (rested === null) return;
    ({ socket: this.socket, tls: this.tls } = rested);
    listenTo(this.socket, this);
  }

  /** Ends the connection at once; what is cut short by that can't pass for whole. */
  cut(): void {
    if (this.#exchange !== null) this.#exchange.destroy();
    else if (this.socket.writableLength > 0) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  #sweepHead(nowMs: number): void {
    if (!this.#headTimer.isOver(nowMs, this.#owner.limits)) return;
    if (this.#parser.begun) this.#refuse(new WeirError("request_timeout", "head not whole"));
    else this.closeIdle();
  }

  get keepAliveMs(): number {
    return this.#owner.limits.keep_alive_ms;
  }

  flow(): void {
    if (this.#running) return;
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#run(held);
    if (this.#held === null) this.socket.resume();
  }

  replyEnded(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#meter.pace = exchange.pace;
    if (!exchange.keepAlive) {
      this.#close(exchange.complete);
      return;
    }
    if (exchange.complete) this.#next();
    else {
      setTimeout(() => this.#exchange === exchange && this.#close(false), LINGER_MS).unref();
      exchange.discardBody();
    }
  }

  detach(): Detached {
    const { socket } = this;
    this.#stage = "detached";
    this.#exchange = null;
    hearNoMore(socket, this);
    socket.pause();
    const leftover = this.#held ?? Buffer.alloc(0);
    this.#held = null;
    return { socket, leftover };
  }

  readonly onData = (bytes: Buffer): void => {
    if (this.#resting !== null) this.#resting.reads += 1;
    if (this.#stage === "closing") return;
    if (this.#held === null) this.#run(bytes);
    else this.#hold(bytes);
  };

  /** Its caller may be the owner, in the middle of something else: nothing is thrown from here. */
  #run(bytes: Buffer): void {
    this.#running = true;
    try {
      this.#read(bytes);
    } catch (thrown) {
      this.#failed(thrown);
    }
    this.#running = false;
  }

  #read(bytes: Buffer): void {
    let at = 0;
    this.#isItsOwn = fillsItsMemory(bytes);
    while (at < bytes.length && this.#stage === "serving") {
      if (!this.#mayRead()) {
        this.#hold(at === 0 ? bytes : bytes.subarray(at));
        return;
      }
      try {
        at = this.#parser.feed(bytes, at);
      } catch (thrown) {
        this.#broken(toWeirError(thrown));
        return;
      }
      this.#advance(bytes, at);
    }
  }

  /**
   * A head may be read when nothing is under way and the client takes its replies, a body when
   * somebody takes it.
   */
  #mayRead(): boolean {
    const exchange = this.#exchange;
    if (exchange === null) return !this.socket.writableNeedDrain;
    return !exchange.complete && exchange.flowing;
  }

  #advance(bytes: Buffer, at: number): void {
    const exchange = this.#exchange;
    const { head, body, done } = this.#parser;
    if (exchange !== null) {
      exchange.complete = done;
      const piece = bytes.subarray(body.start, body.end);
      if (this.#isItsOwn && at === bytes.length) giveAway(piece);
      exchange.arrived(piece, this.#parser.trailers);
      if (done && exchange.ended && this.#exchange === exchange) this.#next();
    } else if (head !== null) this.#open(head);
    else if (this.#parser.begun) this.#headTimer.begun();
  }

  #open(head: ArrivedHead): void {
    const raw = head.upgrade !== "" || head.method === "CONNECT";
    const told = this.#parser.keepAlive && this.#owner.limits.keep_alive_ms > 0;
    const keepAlive = told && !raw && head.body !== "unclear";
    const exchange = new ClientExchange(this, head, keepAlive);
    exchange.complete = this.#parser.done;
    this.#exchange = exchange;
    this.#owner.opened(exchange);
  }

  #next(): void {
    this.#exchange = null;
    this.#isItsOwn = false;
    this.#headTimer.next();
    this.#parser.next();
    this.socket.setTimeout(0);
    this.flow();
  }

  #hold(bytes: Buffer): void {
    this.#held = this.#held === null ? bytes : Buffer.concat([this.#held, bytes]);
    const body = this.#exchange !== null && !this.#exchange.complete;
    if (body || this.#held.length > MAX_HELD_BYTES) this.socket.pause();
  }

  /** What can't be parsed is the rest of the request under way, or takes the place of the next one. */
  #broken(error: WeirError): void {
    const exchange = this.#exchange;
    if (exchange === null) this.#refuse(error);
    else if (exchange.ended) this.#close(false);
    else {
      this.#stage = "closing";
      exchange.keepAlive = false;
      exchange.breakOff(error);
    }
  }

  #refuse(error: WeirError): void {
    const sender = { address: this.socket.remoteAddress ?? "", tls: this.tls };
    const reply = this.#guarded(() => this.#owner.refused(error, sender));
    if (reply === null) this.socket.destroy();
    else {
      this.socket.write(reply, "latin1");
      this.#close(false);
    }
  }

  #close(complete: boolean): void {
    const { head_ms: headMs, keep_alive_ms: keepAliveMs } = this.#owner.limits;
    const isClean = complete && this.#held === null;
    this.#stage = "closing";
    this.#exchange = null;
    this.#held = null;
    closeSocket(this.socket, { isClean, timeoutMs: Math.max(headMs, keepAliveMs) });
  }

  /** Runs what is the owner's; null where it threw, and the connection is cut. */
  #guarded<T>(step: () => T): T | null {
    try {
      return step();
    } catch (thrown) {
      this.#failed(thrown);
      return null;
    }
  }

  #failed(thrown: unknown): void {
    this.#owner.failed(thrown);
    this.cut();
  }

  readonly onDrain = (): void => {
    const exchange = this.#exchange;
    if (exchange === null || exchange.ended) this.flow();
    else this.#guarded(() => exchange.onDrain?.());
  };

  readonly onTimeout = (): void => {
    const exchange = this.#exchange;
    if (exchange === null) this.cut();
    else this.#guarded(() => exchange.timedOut());
  };

  readonly onEnd = (): void => {
    const exchange = this.#exchange;
    if (this.#stage === "closing" && exchange === null) this.socket.destroySoon();
    else if (exchange !== null && !exchange.ended) this.cut();
    else if (exchange === null && this.#parser.begun) {
      this.#refuse(new WeirError("malformed_request", "ended within a head"));
    } else this.#close(true);
  };

  readonly onClose = (): void => {
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange !== null) {
      exchange.gone = true;
      if (!exchange.ended) this.#guarded(() => exchange.breakOff(new WeirError("client_closed")));
    }
    this.#owner.closed(this);
  };
}
