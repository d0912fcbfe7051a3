// Decodes the chunked transfer coding in place (RFC 9112 section 7.1), over any splits.
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import { FieldSection, type SectionLimits, TEXT } from "./field-section.ts";

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const SIZE_DIGITS = 12;
/** Of one body, so that tiny chunks with long extensions end soon. */
const MAX_EXTENSION_BYTES = 16_384;

type State =
  | "size"
  | "extension"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailers"
  | "done";

export class ChunkedDecoder {
  readonly #limits: SectionLimits;
  readonly #trailerSection: FieldSection;
  #state: State = "size";
  #digits = 0;
  #remaining = 0;
  #extensionBytes = 0;
  /** Where the last `decode` left the body's bytes: [start, end) of the buffer it was given. */
  start = 0;
  end = 0;

  /** The limits are those of the trailers. */
  constructor(limits: SectionLimits) {
    this.#limits = limits;
    this.#trailerSection = new FieldSection(false, limits);
  }

  reset(): void {
    this.#trailerSection.reset();
    this.#state = "size";
    this.#digits = 0;
    this.#remaining = 0;
    this.#extensionBytes = 0;
  }

  get done(): boolean {
    return this.#state === "done";
  }

  get trailers(): RawHeaders {
    return this.#trailerSection.fields();
  }

  /** Joins the data of all chunks in [at, length) at its front; returns how far it read. */
  decode(bytes: Buffer, at: number, length: number): number {
    this.start = at;
    this.end = at;
    let next = at;
    while (next < length && this.#state !== "done") {
      if (this.#state === "data") next = this.#data(bytes, next, length);
      else if (this.#state === "trailers") next = this.#trailers(bytes, next, length);
      else this.#byte(bytes[next++] as number);
    }
    return next;
  }

  #data(bytes: Buffer, at: number, length: number): number {
    const size = Math.min(this.#remaining, length - at);
    if (this.start === this.end) this.start = at;
    else bytes.copyWithin(this.end, at, at + size);
    this.end = this.start === at ? at + size : this.end + size;
    this.#remaining -= size;
    if (this.#remaining === 0) this.#state = "data-cr";
    return at + size;
  }

  #trailers(bytes: Buffer, at: number, length: number): number {
    const end = this.#trailerSection.take(bytes, at, length);
    if (end < 0) return length;
    this.#state = "done";
    return end;
  }

  #byte(byte: number): void {
    if (this.#state === "size") this.#sizeByte(byte);
    else if (this.#state === "extension") this.#extensionByte(byte);
    else if (this.#state === "size-lf") {
      this.#expect(byte, LF);
      this.#state = this.#remaining === 0 ? "trailers" : "data";
    } else if (this.#state === "data-cr") {
      this.#expect(byte, CR);
      this.#state = "data-lf";
    } else {
      this.#expect(byte, LF);
      this.#state = "size";
      this.#digits = 0;
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      if (++this.#digits > SIZE_DIGITS) throw this.#malformed("chunk size too large");
      this.#remaining = this.#remaining * 16 + digit;
      return;
    }
    if (this.#digits === 0) throw this.#malformed("chunk without a size");
    if (byte === CR) this.#state = "size-lf";
    else if (byte === SEMICOLON) this.#state = "extension";
    else throw this.#malformed("invalid chunk size");
  }

  #extensionByte(byte: number): void {
    if (byte === CR) {
      this.#state = "size-lf";
      return;
    }
    if (TEXT[byte] !== 1) throw this.#malformed("invalid chunk extension");
    if (++this.#extensionBytes > MAX_EXTENSION_BYTES)
      throw this.#malformed("chunk extensions too long");
  }

  #expect(byte: number, wanted: number): void {
    if (byte !== wanted) throw this.#malformed("chunk not ended by CRLF");
  }

  #malformed(what: string): WeirError {
    return new WeirError(this.#limits.malformed, what);
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
