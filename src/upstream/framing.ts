// How long a response's body is and whether its connection may serve again (RFC 9112 sections 6 and 9).
import type { RawHeaders } from "../core/header-list.ts";
import { WeirError } from "../core/errors.ts";

/** Body lengths that are not a number of bytes. */
export const CHUNKED = -1;
const UNTIL_CLOSE = -2;

const SAFE_DIGITS = 15;
const MARGIN_MS = 1000;

/** What the framing fields of one head say; reused for head after head. */
export class FramingFields {
  /** -1: none. */
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  /** The upstream's own idle limit less a margin; -1: it names none. */
  idleMs = -1;
  #lastLimit = "";
  #lastLimitMs = -1;

  /** Throws upstream_malformed where the fields leave more than one reading. */
  read(headers: RawHeaders): void {
    this.contentLength = -1;
    this.chunked = false;
    this.close = false;
    this.keepAlive = false;
    this.idleMs = -1;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] as string;
      // The length sorts out nearly all fields before any folding of case.
      if (name.length === 14 || name.length === 17 || name.length === 10) {
        this.#note(name.toLowerCase(), headers[at + 1] as string);
      }
    }
  }

  #note(name: string, value: string): void {
    if (name === "content-length") this.#contentLength(value);
    else if (name === "transfer-encoding") this.#transferEncoding(value);
    else if (name === "connection") this.#connection(value);
    else if (name === "keep-alive") this.#keepAliveLimit(value);
  }

  #contentLength(value: string): void {
    if (this.contentLength >= 0) throw malformed("more than one Content-Length");
    if (value.length > SAFE_DIGITS || !/^[0-9]+$/.test(value)) {
      throw malformed("invalid Content-Length");
    }
    this.contentLength = Number(value);
  }

  /** Other codings were not asked for (no TE is sent) and could not be passed on. */
  #transferEncoding(value: string): void {
    if (this.chunked || value.toLowerCase() !== "chunked") {
      throw malformed("unsupported Transfer-Encoding");
    }
    this.chunked = true;
  }

  /** One upstream says the same each time. */
  #keepAliveLimit(value: string): void {
    if (value !== this.#lastLimit) {
      this.#lastLimit = value;
      this.#lastLimitMs = idleLimit(value);
    }
    this.idleMs = this.#lastLimitMs;
  }

  #connection(value: string): void {
    if (value === "keep-alive") {
      this.keepAlive = true;
      return;
    }
    for (const option of value.toLowerCase().split(",")) {
      const word = option.trim();
      if (word === "close") this.close = true;
      else if (word === "keep-alive") this.keepAlive = true;
    }
  }
}

/** Bytes of body, CHUNKED or UNTIL_CLOSE (RFC 9112 section 6.3). */
export function bodyLengthOf(method: string, status: number, fields: FramingFields): number {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0;
  if (fields.chunked) return CHUNKED;
  return fields.contentLength >= 0 ? fields.contentLength : UNTIL_CLOSE;
}

/** Whether framing is beyond doubt, so that the next response will start where this one ends. */
export function isReusable(httpMinor: 0 | 1, status: number, fields: FramingFields): boolean {
  if (fields.close || (httpMinor === 0 && !fields.keepAlive)) return false;
  if (fields.chunked && (fields.contentLength >= 0 || status === 204)) return false;
  return status !== 204 || fields.contentLength <= 0;
}

/** Without Content-Length, which Transfer-Encoding overrides (RFC 9112 section 6.3, rule 3). */
export function withoutContentLength(headers: RawHeaders): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    if (name.toLowerCase() !== "content-length") kept.push(name, headers[at + 1] as string);
  }
  return kept;
}

function idleLimit(value: string): number {
  const seconds = /(?:^|[,\s])timeout=([0-9]{1,9})(?:$|[,\s])/i.exec(value)?.[1];
  if (seconds === undefined) return -1;
  const limitMs = Number(seconds) * 1000;
  return Math.max(limitMs - MARGIN_MS, limitMs / 2);
}

function malformed(what: string): WeirError {
  return new WeirError("upstream_malformed", what);
}
