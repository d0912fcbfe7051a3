// Reads one HTTP/1 request after another from bytes (RFC 9112), strictly; knows nothing of sockets.
import { WeirError } from "../core/errors.ts";
import { HeaderList, type RawHeaders } from "../core/header-list.ts";
import { ChunkedDecoder } from "../http1/chunked-decoder.ts";
import { FieldSection, type SectionLimits } from "../http1/field-section.ts";
import type { ArrivedHead } from "./downstream.ts";
import {
  checkTrailers,
  framingOf,
  mayKeepAlive,
  parseRequestLine,
  upgradeOf,
} from "./request-head.ts";

const CR = 0x0d;
const LF = 0x0a;
/** Empty lines before a request that are forgiven (RFC 9112 section 2.2). */
const MAX_EMPTY_LINES = 4;
const NO_TRAILERS: RawHeaders = [];

/** Body bytes of the last `feed`: [start, end) of what it was given. */
export interface BodyRange {
  start: number;
  end: number;
}

export class RequestParser {
  readonly #section: FieldSection;
  readonly #chunks: ChunkedDecoder;
  #stage: "start" | "head" | "length" | "chunked" | "unclear" | "done" = "start";
  #emptyLines = 0;
  /** The first half of an empty line's end came with the bytes before. */
  #halfLine = false;
  #remaining = 0;
  /** Of the request being read; null until its head is whole. */
  head: ArrivedHead | null = null;
  /** The client lets the connection serve again. */
  keepAlive = true;
  /** Of a request that was read to its end. */
  trailers: RawHeaders = NO_TRAILERS;
  readonly body: BodyRange = { start: 0, end: 0 };

  constructor(maxHeadBytes: number) {
    const limits: SectionLimits = {
      maxBytes: maxHeadBytes,
      malformed: "malformed_request",
      tooLarge: "headers_too_large",
    };
    this.#section = new FieldSection(true, limits);
    this.#chunks = new ChunkedDecoder(limits);
  }

  /** Makes ready for the next request. */
  next(): void {
    this.#stage = "start";
    this.#section.reset();
    this.#emptyLines = 0;
    this.#halfLine = false;
    this.head = null;
    this.trailers = NO_TRAILERS;
  }

  /** The request was read to its end. */
  get done(): boolean {
    return this.#stage === "done";
  }

  /** Something of a request was read. */
  get begun(): boolean {
    return this.#stage !== "start";
  }

  /**
   * Reads on from `at`, up to the end of the head, or of what there is of the body; gives how far.
   * Joins chunks in place. Throws malformed_request, headers_too_large or version_not_supported,
   * after which nothing may follow.
   */
  feed(bytes: Buffer, at: number): number {
    this.body.start = at;
    this.body.end = at;
    switch (this.#stage) {
      case "start":
        return this.#start(bytes, at);
      case "head":
        return this.#readHead(bytes, at);
      case "length":
        return this.#readLength(bytes, at);
      case "chunked":
        return this.#readChunked(bytes, at);
      case "unclear":
        return bytes.length;
      case "done":
        break;
    }
    return at;
  }

  #start(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && (this.#halfLine || bytes[at] === CR)) {
      if (!this.#halfLine) at++;
      this.#halfLine = at === bytes.length;
      if (this.#halfLine) return at;
      if (bytes[at++] !== LF || ++this.#emptyLines > MAX_EMPTY_LINES) {
        throw new WeirError("malformed_request", "no request line");
      }
    }
    if (at === bytes.length) return at;
    this.#stage = "head";
    return this.#readHead(bytes, at);
  }

  #readHead(bytes: Buffer, at: number): number {
    const section = this.#section;
    const end = section.take(bytes, at, bytes.length);
    if (end < 0) {
      // What is no HTTP is refused when its first line is there, not when its time is up.
      if (section.earlyStartLine !== "") parseRequestLine(section.earlyStartLine);
      return bytes.length;
    }
    const line = parseRequestLine(section.startLine);
    const headers = new HeaderList(section.fields());
    const { httpVersion } = line;
    const body = framingOf(headers, httpVersion);
    this.keepAlive = mayKeepAlive(headers, httpVersion);
    this.head = { ...line, headers, body, upgrade: upgradeOf(line, headers, body) };
    this.#enterBody(this.head);
    return end;
  }

  #enterBody({ body, headers }: ArrivedHead): void {
    this.#stage = body === "none" ? "done" : body;
    if (body === "chunked") this.#chunks.reset();
    if (body !== "length") return;
    this.#remaining = Number(headers.get("content-length"));
    if (this.#remaining === 0) this.#stage = "done";
  }

  #readLength(bytes: Buffer, at: number): number {
    const size = Math.min(this.#remaining, bytes.length - at);
    this.#remaining -= size;
    this.body.end = at + size;
    if (this.#remaining === 0) this.#stage = "done";
    return at + size;
  }

  #readChunked(bytes: Buffer, at: number): number {
    const next = this.#chunks.decode(bytes, at, bytes.length);
    this.body.start = this.#chunks.start;
    this.body.end = this.#chunks.end;
    if (this.#chunks.done) {
      this.trailers = this.#chunks.trailers;
      checkTrailers(this.trailers);
      this.#stage = "done";
    }
    return next;
  }
}
