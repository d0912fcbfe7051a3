// One client's socket: requests are read and answered one after the other, in their order.
import type { Socket } from "node:net";
import { toWeirError, WeirError } from "../core/errors.ts";
import { ClientExchange, type ExchangeCarrier } from "./client-exchange.ts";
import type { ArrivedHead, Detached, Downstream } from "./downstream.ts";
import { RequestParser } from "./request-parser.ts";

export interface ConnectionLimits {
  readonly header_bytes: number;
  /** For a client to send a whole request head. */
  readonly head_ms: number;
  readonly keep_alive_ms: number;
}

export interface ConnectionOwner {
  readonly limits: ConnectionLimits;
  readonly opened: (downstream: Downstream) => void;
  /** Bytes that are no request: the whole reply as Latin-1, or null where none may be given. */
  readonly refused: (error: WeirError, address: string) => string | null;
  readonly closed: (connection: ClientConnection) => void;
}

/** Bytes read ahead of their turn; more stay with the kernel. */
const MAX_HELD_BYTES = 16_384;
/** For a client to notice a reply and stop sending, before its connection is cut. */
const LINGER_MS = 2_000;
/** A client may send when it believes the connection kept; it is closed a little later than told. */
const KEEP_ALIVE_MARGIN_MS = 1_000;
const NO_BYTES = Buffer.alloc(0);

export class ClientConnection implements ExchangeCarrier {
  readonly socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #parser: RequestParser;
  #exchange: ClientExchange | null = null;
  #held: Buffer | null = null;
  #stage: "serving" | "closing" | "detached" = "serving";
  #running = false;
  /** Since when the connection is idle, or a head is being read; by performance.now(). */
  #sinceMs = performance.now();
  #headBegun = false;
  #served = false;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.socket = socket;
    this.#owner = owner;
    this.#parser = new RequestParser(owner.limits.header_bytes);
    socket.on("data", this.#data);
    socket.on("end", this.#ended);
    socket.on("drain", this.#drained);
    socket.on("timeout", this.#timedOut);
    socket.on("error", ignore); // "close" follows
    socket.on("close", this.#closed);
  }

  /** Nothing was ever read of it: its first request may be on its way. */
  get untouched(): boolean {
    return this.socket.bytesRead === 0;
  }

  /** Ends the connection unless something is under way; nothing that comes later is acted on. */
  closeIdle(): void {
    if (this.#stage === "serving" && this.#exchange === null && !this.#parser.begun) {
      this.#close(true);
    }
  }

  /** The exchange under way ends the connection. */
  endAfterReply(): void {
    if (this.#exchange !== null) this.#exchange.keepAlive = false;
  }

  /** Ends what has waited for too long; `nowMs` by performance.now(). */
  sweep(nowMs: number): void {
    if (this.#exchange !== null || this.#stage !== "serving") return;
    const { head_ms: headMs, keep_alive_ms: keepAliveMs } = this.#owner.limits;
    const waitedMs = nowMs - this.#sinceMs;
    if (this.#parser.begun) {
      if (waitedMs >= headMs) this.#refuse(new WeirError("request_timeout", "head not whole"));
    } else if (waitedMs >= (this.#served ? keepAliveMs + KEEP_ALIVE_MARGIN_MS : headMs)) {
      this.closeIdle();
    }
  }

  connectionFields(keepAlive: boolean): string {
    if (!keepAlive) return "Connection: close\r\n";
    const seconds = Math.floor(this.#owner.limits.keep_alive_ms / 1000);
    return `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n`;
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
    if (!exchange.keepAlive) {
      this.#close(exchange.complete && this.#held === null);
      return;
    }
    if (exchange.complete) this.#next();
    else {
      setTimeout(() => this.#exchange === exchange && this.socket.destroy(), LINGER_MS).unref();
      exchange.discardBody();
    }
  }

  detach(): Detached {
    const { socket } = this;
    this.#stage = "detached";
    this.#exchange = null;
    socket.off("data", this.#data);
    socket.off("end", this.#ended);
    socket.off("drain", this.#drained);
    socket.off("timeout", this.#timedOut);
    socket.pause();
    const leftover = this.#held ?? NO_BYTES;
    this.#held = null;
    return { socket, leftover };
  }

  readonly #data = (bytes: Buffer): void => {
    if (this.#stage === "closing") return;
    if (this.#held === null) this.#run(bytes);
    else this.#hold(bytes);
  };

  #run(bytes: Buffer): void {
    this.#running = true;
    let at = 0;
    while (at < bytes.length && this.#stage === "serving") {
      if (!this.#mayRead()) {
        this.#hold(at === 0 ? bytes : bytes.subarray(at));
        break;
      }
      try {
        at = this.#parser.feed(bytes, at);
      } catch (thrown) {
        this.#broken(toWeirError(thrown));
        break;
      }
      this.#advance(bytes);
    }
    this.#running = false;
  }

  /** A head may be read when nothing is under way, a body when somebody takes it. */
  #mayRead(): boolean {
    return this.#exchange === null || (!this.#exchange.complete && this.#exchange.flowing);
  }

  #advance(bytes: Buffer): void {
    const exchange = this.#exchange;
    const { head, body, done } = this.#parser;
    if (exchange !== null) {
      exchange.complete = done;
      exchange.arrived(bytes.subarray(body.start, body.end), this.#parser.trailers);
      if (done && exchange.ended && this.#exchange === exchange) this.#next();
    } else if (head !== null) this.#open(head);
    else if (!this.#headBegun && this.#parser.begun) {
      this.#headBegun = true;
      this.#sinceMs = performance.now();
    }
  }

  #open(head: ArrivedHead): void {
    const raw = head.upgrade !== "" || head.method === "CONNECT";
    const keepAlive = this.#parser.keepAlive && !raw && head.body !== "unclear";
    const exchange = new ClientExchange(this, head, keepAlive);
    exchange.complete = this.#parser.done;
    this.#exchange = exchange;
    this.#owner.opened(exchange);
  }

  #next(): void {
    this.#exchange = null;
    this.#served = true;
    this.#headBegun = false;
    this.#sinceMs = performance.now();
    this.#parser.next();
    this.socket.setTimeout(0);
    // A client that takes no replies gets no further requests read.
    if (!this.socket.writableNeedDrain) this.flow();
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
    else {
      this.#stage = "closing";
      exchange.keepAlive = false;
      exchange.watcher?.breakOff(error);
      if (exchange.ended) this.#close(false);
    }
  }

  #refuse(error: WeirError): void {
    const reply = this.#owner.refused(error, this.socket.remoteAddress ?? "");
    if (reply === null) this.socket.destroy();
    else {
      this.socket.write(reply, "latin1");
      this.#close(false);
    }
  }

  /**
   * A socket closed with unread bytes is reset, and a reset takes the reply with it (RFC 9112
   * section 9.6). So what still comes is read and thrown away, for a while.
   */
  #close(clean: boolean): void {
    this.#stage = "closing";
    this.#exchange = null;
    this.#held = null;
    if (clean) {
      this.socket.destroySoon();
      return;
    }
    this.socket.setTimeout(0);
    this.socket.end();
    this.socket.resume();
    const late = setTimeout(() => this.socket.destroy(), LINGER_MS);
    this.socket.once("close", () => clearTimeout(late));
  }

  readonly #drained = (): void => {
    const exchange = this.#exchange;
    if (exchange !== null) exchange.onDrain?.();
    else if (this.#stage === "serving") this.flow();
  };

  readonly #timedOut = (): void => this.#exchange?.timedOut();

  readonly #ended = (): void => {
    if (this.#stage === "closing") this.socket.destroySoon();
    else if (this.#exchange === null && this.#parser.begun) {
      this.#refuse(new WeirError("malformed_request", "ended within a head"));
    } else if (this.#exchange === null) this.#close(true);
    else this.socket.destroy();
  };

  readonly #closed = (): void => {
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange !== null) {
      exchange.gone = true;
      if (!exchange.ended) exchange.watcher?.breakOff(new WeirError("client_closed"));
    }
    this.#owner.closed(this);
  };
}

function ignore(): void {
  // Said by "close" too.
}
