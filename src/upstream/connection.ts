// One socket to an upstream, serving one exchange after another.
import type { Socket } from "node:net";
import { toWeirError, WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import { connectionError } from "./connection-error.ts";
import type { ConnectionOptions, ConnectionOwner } from "./connection-owner.ts";
import type { Dialer } from "./dial.ts";
import type { Carrier, Exchange } from "./exchange.ts";
import { ReadBuffer } from "./read-buffer.ts";
import { RequestWriter } from "./request-writer.ts";
import { type BodyRange, type ParserEvents, ResponseParser } from "./response-parser.ts";
import type { ResponseHead } from "./upstream.ts";

const NANOS_PER_MILLI = 1e6;

export class Connection implements Carrier, ParserEvents {
  /** What it was opened by. */
  readonly dialer: Dialer;
  /** When the peer's certificate ends: it should not serve again then. */
  trustEndNs = Infinity;
  readonly #owner: ConnectionOwner;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #parser: ResponseParser;
  readonly #writer: RequestWriter;
  readonly #buffer = new ReadBuffer();
  #exchange: Exchange | null;
  #phase: "connecting" | "waiting" | "body" | "idle" | "upgraded" | "gone" = "connecting";
  #paused = false;
  #error: Error | null = null;
  #upgradeHead: ResponseHead | null = null;
  /** Something moved since the last sweep; spares a look at the clock for each event. */
  #touched = true;
  #stillSinceNs = 0;
  #dialledNs: number;

  /** Dials for `exchange`, which is its first. */
  constructor(owner: ConnectionOwner, options: ConnectionOptions, exchange: Exchange) {
    this.#owner = owner;
    this.#options = options;
    this.dialer = options.dialer;
    this.#exchange = exchange;
    this.#dialledNs = options.clock.nowNs();
    this.#parser = new ResponseParser(this, options.maxHeadBytes);
    this.#socket = this.#dial(exchange.request.upgrade !== "");
    this.#writer = new RequestWriter(this.#socket);
    exchange.bind(this);
  }

  /** Gives an idle connection its next exchange. */
  serve(exchange: Exchange, nowNs: number): void {
    this.#exchange = exchange;
    exchange.reusedConnection = true;
    exchange.bind(this);
    this.#begin(exchange, nowNs);
  }

  write(chunk: Buffer): boolean {
    this.#touched = true;
    try {
      return this.#writer.write(chunk);
    } catch (thrown) {
      this.#failSoon(toWeirError(thrown));
      return true;
    }
  }

  finish(trailers: RawHeaders): void {
    this.#touched = true;
    try {
      this.#writer.finish(trailers);
    } catch (thrown) {
      this.#failSoon(toWeirError(thrown));
    }
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#touched = true;
    this.#socket.resume();
  }

  drop(): void {
    if (this.#phase === "gone") return;
    this.#phase = "gone";
    this.#exchange = null;
    this.#parser.stop();
    this.#socket.destroy();
    this.#owner.gone(this);
  }

  fail(error: WeirError): void {
    const exchange = this.#exchange;
    this.drop();
    exchange?.fail(error);
  }

  /** Ends what has been still for too long. */
  sweep(nowNs: number): void {
    if (this.#phase === "connecting") {
      if (this.#exchange?.isLate(nowNs) === true) this.fail(new WeirError("connect_timeout"));
      return;
    }
    if (this.#touched) {
      this.#touched = false;
      this.#stillSinceNs = nowNs;
      return;
    }
    const limitMs = this.#limitMs();
    if (limitMs > 0 && nowNs - this.#stillSinceNs >= limitMs * NANOS_PER_MILLI) this.#expire();
  }

  onHead(head: ResponseHead): void {
    const exchange = this.#exchange;
    this.#touched = true;
    if (exchange === null) return;
    if (head.status >= 200) {
      this.#phase = "body";
      exchange.sink.head(head);
    } else if (head.status === 101) this.#upgradeHead = head;
    else exchange.sink.informational(head);
  }

  onBody(bytes: Buffer, range: BodyRange): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    const last = range.last;
    const more = exchange.sink.data(this.#buffer.take(bytes, range.start, range.end), last);
    if (more || last || this.#exchange !== exchange) return;
    this.#paused = true;
    this.#socket.pause();
  }

  #dial(upgrade: boolean): Socket {
    const onRead = (length: number, bytes: Uint8Array): boolean => {
      this.#read(bytes as Buffer, length);
      return true;
    };
    // An upgraded socket goes to somebody else, who needs a stream.
    const socket = this.dialer.dial(
      upgrade ? null : { buffer: () => this.#buffer.next(), callback: onRead },
    );
    if (upgrade) socket.on("data", this.#onData);
    socket.on(this.dialer.readyEvent, () => this.#ready());
    socket.on("drain", () => this.#drained());
    socket.on("end", () => this.#ended());
    socket.on("error", (error) => (this.#error = error));
    socket.on("close", () => this.#broken());
    return socket;
  }

  readonly #onData = (bytes: Buffer): void => this.#read(bytes, bytes.length);

  #ready(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    const nowNs = this.#options.clock.nowNs();
    exchange.timing.connectNs = nowNs - this.#dialledNs;
    this.trustEndNs = nowNs + this.dialer.trustedMs(this.#socket) * NANOS_PER_MILLI;
    this.#begin(exchange, nowNs);
  }

  #begin(exchange: Exchange, nowNs: number): void {
    const { request, encoded } = exchange;
    this.#touched = true;
    this.#phase = "waiting";
    this.#parser.start(request.method, request.upgrade !== "");
    exchange.timing.headSentNs = nowNs - exchange.startedNs;
    this.#writer.begin(encoded.head, encoded.bodyLength);
    exchange.flushEarly();
  }

  #read(bytes: Buffer, length: number): void {
    const exchange = this.#exchange;
    // A piece of a head is no progress, or a byte now and then would hold the connection for hours.
    if (this.#phase !== "waiting") this.#touched = true;
    if (exchange === null) {
      // Bytes nobody asked for: whatever they are, they must not answer the next request.
      this.drop();
      return;
    }
    const { timing } = exchange;
    if (timing.firstByteNs === 0) {
      timing.firstByteNs = this.#options.clock.nowNs() - exchange.startedNs - timing.headSentNs;
    }
    let used = 0;
    try {
      used = this.#parser.feed(bytes, length);
    } catch (thrown) {
      this.fail(toWeirError(thrown));
      return;
    }
    if (this.#exchange !== exchange) return;
    if (this.#parser.stage === "done") this.#complete(used === length);
    else if (this.#phase === "body") exchange.sink.flush();
    else if (this.#parser.stage === "upgraded") this.#handOver(bytes.subarray(used, length));
  }

  /** The connection is free before the sink hears of the end, so that it can serve what follows. */
  #complete(clean: boolean): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    const { trailers } = this.#parser;
    this.#buffer.rest();
    if (clean && this.#mayServeAgain()) {
      this.#exchange = null;
      this.#phase = "idle";
      this.#owner.released(this);
    } else this.drop();
    exchange.complete(trailers);
  }

  #mayServeAgain(): boolean {
    return this.#parser.reusable && this.#writer.idle && this.#idleLimitMs() > 0;
  }

  #handOver(leftover: Buffer): void {
    const exchange = this.#exchange;
    const head = this.#upgradeHead;
    if (exchange === null || head === null) return;
    this.#exchange = null;
    this.#phase = "upgraded";
    this.#socket.off("data", this.#onData);
    this.#socket.pause();
    exchange.leave();
    try {
      exchange.sink.upgraded(head, this.#socket, leftover);
    } catch {
      this.drop();
    }
  }

  #drained(): void {
    this.#touched = true;
    this.#exchange?.onDrain?.();
  }

  #ended(): void {
    // One that ends within its handshake is closed, too, and says why.
    if (this.#phase === "upgraded" || this.#phase === "connecting") return;
    // After a fault of TLS, Node tells of an end that is none.
    if (this.#error === null && this.#exchange !== null && this.#parser.finish())
      this.#complete(false);
    else this.#broken();
  }

  #broken(): void {
    const { secure, suspicion } = this.dialer;
    const broken = {
      secure,
      wasReady: this.#phase !== "connecting",
      cause: this.#error,
      suspicion: this.#isAnswered() ? "" : suspicion(this.#socket),
    };
    this.fail(connectionError(broken, this.#options.tlsFailed));
  }

  /** The upstream has sent a first byte of whatever it was asked for. */
  #isAnswered(): boolean {
    const exchange = this.#exchange;
    return exchange === null || exchange.reusedConnection || exchange.timing.firstByteNs > 0;
  }

  /** For faults of the caller, who is on the stack and must not be called back there. */
  #failSoon(error: WeirError): void {
    process.nextTick(() => this.fail(error));
  }

  #limitMs(): number {
    if (this.#phase === "idle") return this.#idleLimitMs();
    const timeouts = this.#exchange?.request.timeouts;
    if (timeouts === undefined) return 0;
    if (this.#phase === "body") return this.#paused ? 0 : timeouts.idleMs;
    if (this.#writer.finished) return timeouts.headerMs;
    // While the client is slow to send, the upstream is not to blame.
    return this.#writer.blocked ? timeouts.idleMs : 0;
  }

  #idleLimitMs(): number {
    const { keepAliveMs } = this.#options;
    const theirs = this.#parser.idleMs;
    return theirs >= 0 && theirs < keepAliveMs ? theirs : keepAliveMs;
  }

  #expire(): void {
    const code =
      this.#phase === "waiting" && this.#writer.finished ? "header_timeout" : "idle_timeout";
    this.fail(new WeirError(code));
  }
}
