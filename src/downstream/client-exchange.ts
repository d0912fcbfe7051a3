// One request on a client's connection, and the writing of its reply.
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { TlsFacts } from "../core/peer-certificate.ts";
import { returning } from "../core/slabs.ts";
import { encodeFields } from "../http1/field-lines.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { ArrivedHead, BodySink, Detached, Downstream, Watcher } from "./downstream.ts";
import { FIRST_PACE, type Pace } from "./pace.ts";
import {
  connectionFields,
  encodeReplyHead,
  framingOfReply,
  type ReplyFraming,
  statusLine,
} from "./reply-head.ts";

/** What carries the exchange. */
export interface ExchangeCarrier {
  readonly socket: ClientSocket;
  readonly tls: TlsFacts | null;
  /** How long a client may wait with its next request. */
  readonly keepAliveMs: number;
  /** The exchange takes body bytes again. */
  readonly flow: () => void;
  /** All of the reply is with the socket. */
  readonly replyEnded: () => void;
  readonly detach: () => Detached;
}

/** Up to here copying a body costs less than writing it apart from its head. */
const SMALL_BYTES = 8_192;
const CRLF = "\r\n";
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

export class ClientExchange implements Downstream {
  readonly #carrier: ExchangeCarrier;
  readonly head: ArrivedHead;
  complete: boolean;
  gone = false;
  replied = false;
  keepAlive: boolean;
  pace: Pace = FIRST_PACE;
  watcher: Watcher | null = null;
  onDrain: (() => void) | null = null;
  /** The reply is over; only the rest of the request may still come. */
  ended = false;
  sink: BodySink | null = null;
  /** Of body, decoded. */
  receivedBytes = 0;
  #paused = false;
  #pausedLately = false;
  #discarding = false;
  /** What was agreed for the upload and for the reply; 0: any time. */
  #uploadSilenceMs = 0;
  #replySilenceMs = 0;
  #framing: ReplyFraming = "none";
  /** Not sent yet; empty once it is. */
  #headText = "";

  constructor(carrier: ExchangeCarrier, head: ArrivedHead, keepAlive: boolean) {
    this.#carrier = carrier;
    this.head = head;
    this.keepAlive = keepAlive;
    this.complete = false;
  }

  get address(): string {
    return this.#carrier.socket.remoteAddress ?? "";
  }

  get tls(): TlsFacts | null {
    return this.#carrier.tls;
  }

  /** Whether body bytes have a place to go. */
  get flowing(): boolean {
    return this.#discarding || (this.sink !== null && !this.#paused);
  }

  /** Body bytes are waited for. */
  get #uploading(): boolean {
    return this.sink !== null && !this.complete && !this.#paused;
  }

  readBody(sink: BodySink, silenceMs: number): void {
    this.sink = sink;
    this.#paused = false;
    this.#uploadSilenceMs = silenceMs;
    if (this.complete) {
      sink.end([]);
      return;
    }
    this.#awaitClient();
    this.#carrier.flow();
  }

  /** While the upstream takes nothing the silence is not the client's. */
  pauseBody(): void {
    this.#paused = true;
    this.#pausedLately = true;
    this.#awaitClient();
  }

  resumeBody(): void {
    this.#paused = false;
    if (this.ended) return;
    this.#awaitClient();
    this.#carrier.flow();
  }

  stopBody(): void {
    if (this.sink === null) return;
    this.sink = null;
    this.#awaitClient();
  }

  discardBody(): void {
    this.stopBody();
    this.#discarding = true;
    if (!this.complete) this.#carrier.flow();
  }

  /** Body bytes as they were read; the last of them with the request's end. */
  arrived(bytes: Buffer, trailers: RawHeaders): void {
    this.receivedBytes += bytes.length;
    if (bytes.length > 0) this.sink?.data(bytes);
    if (!this.complete || this.sink === null) return;
    this.#awaitClient();
    this.sink.end(trailers);
  }

  /** The socket was still for as long as was agreed. */
  timedOut(): void {
    if (this.#uploading) this.sink?.silent("silent");
    else {
      this.breakOff(new WeirError("client_too_slow", "reads nothing"));
      this.destroy();
    }
  }

  /** Whether the body was waited for ever since this was last asked. */
  waitedForBody(): boolean {
    const waited = this.#uploading && !this.#pausedLately;
    this.#pausedLately = this.#paused;
    return waited;
  }

  /** Tells the watcher, once. */
  breakOff(error: WeirError): void {
    const { watcher } = this;
    this.watcher = null;
    watcher?.breakOff(error);
  }

  #awaitClient(): void {
    this.#carrier.socket.setTimeout(this.#uploading ? this.#uploadSilenceMs : this.#replySilenceMs);
  }

  sendContinue(): void {
    if (!this.replied) this.#carrier.socket.write(CONTINUE, "latin1");
  }

  sendInterim(status: number, reason: string, fields: RawHeaders): void {
    if (this.replied || this.head.httpVersion !== "1.1") return;
    const text = statusLine(status, reason) + encodeFields(fields) + CRLF;
    this.#carrier.socket.write(text, "latin1");
  }

  sendHead(status: number, reason: string, fields: RawHeaders): void {
    const start = { status, reason, fields };
    this.#framing = framingOfReply(this.head, start);
    if (this.#framing === "close") this.keepAlive = false;
    const connection = connectionFields(this.keepAlive, this.#carrier.keepAliveMs);
    this.#headText = encodeReplyHead(start, this.#framing, connection);
    this.replied = true;
  }

  flushHead(): void {
    if (this.#headText === "") return;
    this.#carrier.socket.write(this.#headText, "latin1");
    this.#headText = "";
  }

  write(chunk: Buffer): boolean {
    const { socket } = this.#carrier;
    if (this.#framing === "none" || chunk.length === 0) return true;
    socket.cork();
    this.flushHead();
    const more = this.#writePiece(socket, chunk);
    socket.uncork();
    return more;
  }

  limitSilence(silenceMs: number): void {
    this.#replySilenceMs = silenceMs;
    this.#awaitClient();
  }

  end(last: Buffer | string | null, trailers: RawHeaders): void {
    if (this.ended || this.gone) return;
    this.#writeLast(this.#framing === "none" ? "" : (last ?? ""), trailers);
    this.ended = true;
    this.#carrier.replyEnded();
  }

  destroy(): void {
    const { socket } = this.#carrier;
    // A reply that ends with its connection would pass for whole; a reset can't be taken for an end.
    if (this.replied && this.#framing === "close") socket.resetAndDestroy();
    else socket.destroy();
  }

  detach(): Detached {
    return this.#carrier.detach();
  }

  #writePiece(socket: ClientSocket, chunk: Buffer): boolean {
    const written = returning(chunk);
    if (this.#framing !== "chunked") return socket.write(chunk, written);
    socket.write(chunk.length.toString(16) + CRLF, "latin1");
    socket.write(chunk, written);
    return socket.write(CRLF, "latin1");
  }

  /** Head and small body as one text: one write, and latin1 keeps every byte as it is. */
  #writeLast(last: Buffer | string, trailers: RawHeaders): void {
    const { socket } = this.#carrier;
    if (typeof last !== "string" && last.length > SMALL_BYTES) {
      socket.cork();
      this.write(last);
      if (this.#framing === "chunked") socket.write(lastChunk(trailers), "latin1");
      socket.uncork();
      return;
    }
    const body = typeof last === "string" ? utf8AsLatin1(last) : last.toString("latin1");
    const text = this.#headText + this.#framed(body, trailers);
    this.#headText = "";
    if (text !== "") socket.write(text, "latin1");
  }

  #framed(body: string, trailers: RawHeaders): string {
    if (this.#framing !== "chunked") return body;
    const chunk = body === "" ? "" : body.length.toString(16) + CRLF + body + CRLF;
    return chunk + lastChunk(trailers);
  }
}

function lastChunk(trailers: RawHeaders): string {
  return `0\r\n${encodeFields(trailers)}\r\n`;
}

/** Text of weir's own, nearly always ASCII. */
function utf8AsLatin1(text: string): string {
  return text === "" ? "" : Buffer.from(text).toString("latin1");
}
