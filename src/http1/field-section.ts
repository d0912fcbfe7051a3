// Field lines up to a blank line (RFC 9112 sections 2.1, 5 and 7.1.2), strictly, over any splits.
import { type ErrorCode, WeirError } from "../core/errors.ts";

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;

/** tchar of RFC 9110 section 5.6.2, by byte. */
const TOKEN = byteTable((byte) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/.test(String.fromCharCode(byte)));
/** HTAB, SP, VCHAR and obs-text: all that may stand in a line. */
export const TEXT: Uint8Array = byteTable(
  (byte) => byte === TAB || (byte >= SPACE && byte !== 0x7f),
);

/** Whose fault a bad section is, and how large one may be. */
export interface SectionLimits {
  readonly maxBytes: number;
  readonly malformed: ErrorCode;
  readonly tooLarge: ErrorCode;
}

/**
 * Collects one section: a message head (with its start line) or trailers. Whole sections within
 * one chunk are read in place; others are gathered. Each byte is looked at once.
 */
export class FieldSection {
  readonly #limits: SectionLimits;
  readonly #hasStartLine: boolean;
  #gathered: Buffer | null = null;
  #gatheredLength = 0;
  /** Start of the line being read, and how far it was read. */
  #line = 0;
  #seen = 0;
  #startLineEnd = 0;
  /** Start and end of each name and each value, in order; overwritten, as emptying it would free it. */
  readonly #marks: number[] = [];
  #markCount = 0;
  #text = "";

  constructor(hasStartLine: boolean, limits: SectionLimits) {
    this.#hasStartLine = hasStartLine;
    this.#limits = limits;
  }

  /** Connections idle by the thousand: what one large head needed is not kept for the next. */
  reset(): void {
    this.#gathered = null;
    this.#text = "";
    this.#gatheredLength = 0;
    this.#line = 0;
    this.#seen = 0;
    this.#startLineEnd = 0;
    this.#markCount = 0;
  }

  /** The index after the section; -1 where all bytes were taken and more are needed. */
  take(bytes: Buffer, at: number, length: number): number {
    if (this.#gatheredLength > 0) return this.#takeMore(bytes, at, length);
    const view = at === 0 ? bytes : bytes.subarray(at, length);
    const end = this.#scan(view, length - at);
    if (end < 0) this.#gather(view, length - at);
    return end < 0 ? -1 : at + end;
  }

  /** Of a complete section. */
  get startLine(): string {
    return this.#text.slice(0, this.#startLineEnd);
  }

  /** The start line of a section that is not complete; empty while it is not whole itself. */
  get earlyStartLine(): string {
    return this.#gathered?.toString("latin1", 0, this.#startLineEnd) ?? "";
  }

  /** [name, value, ...] of a complete section. */
  fields(): string[] {
    const fields: string[] = [];
    const marks = this.#marks;
    const text = this.#text;
    for (let at = 0; at < this.#markCount; at += 2) {
      fields.push(text.slice(marks[at], marks[at + 1]));
    }
    return fields;
  }

  #takeMore(bytes: Buffer, at: number, length: number): number {
    const before = this.#gatheredLength;
    this.#gather(bytes.subarray(at, length), length - at);
    const end = this.#scan(this.#gathered ?? bytes, this.#gatheredLength);
    return end < 0 ? -1 : at + end - before;
  }

  #gather(view: Buffer, length: number): void {
    const needed = this.#gatheredLength + length;
    if (this.#gathered === null || this.#gathered.length < needed) {
      const larger = Buffer.allocUnsafe(Math.max(1024, needed * 2));
      this.#gathered?.copy(larger, 0, 0, this.#gatheredLength);
      this.#gathered = larger;
    }
    view.copy(this.#gathered, this.#gatheredLength, 0, length);
    this.#gatheredLength = needed;
  }

  #scan(bytes: Buffer, length: number): number {
    const limit = Math.min(length, this.#limits.maxBytes);
    for (;;) {
      const end = this.#lineEnd(bytes, limit);
      if (end < 0) return this.#incomplete(length);
      const start = this.#line;
      this.#line = end + 2;
      this.#seen = end + 2;
      if (this.#hasStartLine && this.#startLineEnd === 0) {
        if (end === 0) throw this.#malformed("empty start line");
        this.#startLineEnd = end;
      } else if (end === start) {
        this.#text = bytes.toString("latin1", 0, start);
        return end + 2;
      } else this.#mark(bytes, start, end);
    }
  }

  #incomplete(length: number): -1 {
    const { maxBytes, tooLarge } = this.#limits;
    if (length >= maxBytes) throw new WeirError(tooLarge, `fields exceed ${maxBytes} bytes`);
    return -1;
  }

  /** The index of the CRLF that ends the current line; -1 where it is not there yet. */
  #lineEnd(bytes: Buffer, limit: number): number {
    let at = this.#seen;
    while (at < limit && TEXT[bytes[at] as number] === 1) at++;
    this.#seen = at;
    if (at >= limit) return -1;
    if (bytes[at] !== CR) throw this.#malformed("control character in a field line");
    if (at + 1 >= limit) return -1;
    if (bytes[at + 1] !== LF) throw this.#malformed("bare CR in a field line");
    return at;
  }

  /** A leading space (obs-fold) or one before the colon fails as "no name". */
  #mark(bytes: Buffer, start: number, end: number): void {
    let colon = start;
    while (TOKEN[bytes[colon] as number] === 1) colon++;
    if (colon === start || bytes[colon] !== COLON)
      throw this.#malformed("field line without a name");
    let from = colon + 1;
    while (from < end && isBlank(bytes[from])) from++;
    let to = end;
    while (to > from && isBlank(bytes[to - 1])) to--;
    const marks = this.#marks;
    marks[this.#markCount++] = start;
    marks[this.#markCount++] = colon;
    marks[this.#markCount++] = from;
    marks[this.#markCount++] = to;
  }

  #malformed(what: string): WeirError {
    return new WeirError(this.#limits.malformed, what);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function byteTable(has: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(byte) ? 1 : 0));
}
