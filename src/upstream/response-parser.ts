// Reads one HTTP/1 response after another from bytes (RFC 9112); knows nothing of sockets.
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import { ChunkedDecoder } from "../http1/chunked-decoder.ts";
import { FieldSection, type SectionLimits } from "../http1/field-section.ts";
import {
  bodyLengthOf,
  CHUNKED,
  FramingFields,
  isReusable,
  withoutContentLength,
} from "./framing.ts";
import type { ResponseHead } from "./upstream.ts";

/** More interim responses than this are an attack or a fault. */
const MAX_INFORMATIONAL = 16;

const NO_TRAILERS: RawHeaders = [];
const STATUS_LINE = /^HTTP\/1\.[01] [1-9][0-9]{2}(?: |$)/;

/** What the parser found, in order of the bytes. Each may call `stop`. */
export interface ParserEvents {
  /** Interim heads, 101 and the final one. */
  readonly onHead: (head: ResponseHead) => void;
  /** Body bytes are [start, end) of `bytes`, which is valid during the call only. */
  readonly onBody: (bytes: Buffer, range: BodyRange) => void;
}

/** Reused from call to call. */
export interface BodyRange {
  start: number;
  end: number;
  /** Completes a body whose end the framing tells. */
  last: boolean;
}

interface StatusLine {
  readonly line: string;
  readonly httpMinor: 0 | 1;
  readonly status: number;
  readonly reason: string;
}

type Stage = "head" | "fixed" | "chunked" | "until-close" | "upgraded" | "done";

export class ResponseParser {
  readonly #events: ParserEvents;
  readonly #section: FieldSection;
  readonly #framing = new FramingFields();
  readonly #chunks: ChunkedDecoder;
  readonly #range: BodyRange = { start: 0, end: 0, last: false };
  /** Mostly the next one too. */
  #lastStatus: StatusLine = parseStatusLine("HTTP/1.1 200 OK");
  #stage: Stage = "done";
  #method = "";
  #mayUpgrade = false;
  #informational = 0;
  #remaining = 0;
  /** The upstream lets the connection serve again, as far as this response says. */
  reusable = true;
  trailers: RawHeaders = NO_TRAILERS;

  constructor(events: ParserEvents, maxHeadBytes: number) {
    this.#events = events;
    const limits: SectionLimits = {
      maxBytes: maxHeadBytes,
      malformed: "upstream_malformed",
      tooLarge: "upstream_malformed",
    };
    this.#section = new FieldSection(true, limits);
    this.#chunks = new ChunkedDecoder(limits);
  }

  /** Makes ready for the response to a request. */
  start(method: string, mayUpgrade: boolean): void {
    this.#method = method;
    this.#mayUpgrade = mayUpgrade;
    this.#informational = 0;
    this.#section.reset();
    this.#stage = "head";
    this.trailers = NO_TRAILERS;
    this.reusable = true;
  }

  /** Nothing more is read or told. */
  stop(): void {
    this.#stage = "done";
    this.reusable = false;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** The upstream's own limit for an idle connection, ms; -1: it names none. */
  get idleMs(): number {
    return this.#framing.idleMs;
  }

  /**
   * Reads bytes [0, length), changing them where chunks are joined; returns how many belong to
   * the response. Throws upstream_malformed, after which only `start` may follow.
   */
  feed(bytes: Buffer, length: number): number {
    let at = 0;
    while (at < length) {
      switch (this.#stage) {
        case "head":
          at = this.#readHead(bytes, at, length);
          break;
        case "fixed":
          at = this.#readFixed(bytes, at, length);
          break;
        case "chunked":
          at = this.#readChunked(bytes, at, length);
          break;
        case "until-close":
          this.#emit(bytes, at, length);
          return length;
        case "upgraded":
        case "done":
          return at;
      }
    }
    return at;
  }

  /** The upstream ended its side; true where that completes the response. */
  finish(): boolean {
    if (this.#stage !== "until-close") return false;
    this.#stage = "done";
    return true;
  }

  #readHead(bytes: Buffer, at: number, length: number): number {
    const section = this.#section;
    const end = section.take(bytes, at, length);
    if (end < 0) {
      const line = section.earlyStartLine;
      if (line !== "") this.#statusOf(line);
      return length;
    }
    const head = this.#parseHead();
    section.reset();
    this.#enter(head);
    this.#events.onHead(head);
    return end;
  }

  #parseHead(): ResponseHead {
    const { status, reason, httpMinor } = this.#statusOf(this.#section.startLine);
    const framing = this.#framing;
    const fields = this.#section.fields();
    framing.read(fields);
    if (httpMinor === 0 && framing.chunked) throw malformed("Transfer-Encoding in HTTP/1.0");
    const overridden = framing.chunked && framing.contentLength >= 0;
    this.#remaining = bodyLengthOf(this.#method, status, framing);
    return {
      status,
      reason,
      headers: overridden ? withoutContentLength(fields) : fields,
      httpMinor,
      bodyLength: Math.max(this.#remaining, -1),
    };
  }

  #statusOf(line: string): StatusLine {
    if (line !== this.#lastStatus.line) this.#lastStatus = parseStatusLine(line);
    return this.#lastStatus;
  }

  #enter(head: ResponseHead): void {
    if (head.status < 200) {
      this.#enterInformational(head.status);
      return;
    }
    this.reusable = isReusable(head.httpMinor, head.status, this.#framing);
    if (this.#remaining === 0) this.#stage = "done";
    else if (this.#remaining > 0) this.#stage = "fixed";
    else if (this.#remaining === CHUNKED) {
      this.#chunks.reset();
      this.#stage = "chunked";
    } else {
      this.reusable = false;
      this.#stage = "until-close";
    }
  }

  #enterInformational(status: number): void {
    if (this.#framing.chunked || this.#framing.contentLength >= 0) {
      throw malformed("interim response with a body");
    }
    if (status === 101) {
      if (!this.#mayUpgrade) throw malformed("101 that was not asked for");
      this.#stage = "upgraded";
    } else if (++this.#informational > MAX_INFORMATIONAL) {
      throw malformed("too many interim responses");
    }
  }

  #readFixed(bytes: Buffer, at: number, length: number): number {
    const end = Math.min(length, at + this.#remaining);
    this.#remaining -= end - at;
    if (this.#remaining === 0) this.#stage = "done";
    this.#emit(bytes, at, end);
    return end;
  }

  #readChunked(bytes: Buffer, at: number, length: number): number {
    const chunks = this.#chunks;
    const end = chunks.decode(bytes, at, length);
    if (chunks.done) {
      this.trailers = chunks.trailers;
      this.#stage = "done";
    }
    if (chunks.end > chunks.start) this.#emit(bytes, chunks.start, chunks.end);
    return end;
  }

  #emit(bytes: Buffer, start: number, end: number): void {
    const range = this.#range;
    range.start = start;
    range.end = end;
    range.last = this.#stage === "done";
    this.#events.onBody(bytes, range);
  }
}

function parseStatusLine(line: string): StatusLine {
  if (!STATUS_LINE.test(line)) throw malformed("invalid status line");
  return {
    line,
    httpMinor: line.charAt(7) === "0" ? 0 : 1,
    status: Number(line.slice(9, 12)),
    reason: line.slice(13),
  };
}

function malformed(what: string): WeirError {
  return new WeirError("upstream_malformed", what);
}
