// Lines of ClickHouse's JSONCompactEachRow, many in one buffer, made of the bytes of requests.
import { MAX_LINE_BYTES, MAX_REQUEST_LINES_BYTES } from "./limits.ts";
import type { Tally } from "./tally.ts";
import { utf8Length } from "./utf8.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const NEWLINE = 0x0a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const HEX = Buffer.from("0123456789abcdef");
/** Takes the place of what a limit cut off, so that a cut shows. */
const CUT_MARK = Buffer.from("…");
const REPLACEMENT = Buffer.from("\ufffd");
const FIRST_BYTES = 2 * MAX_LINE_BYTES;
/** What one large request took is not kept for the next. */
const KEPT_BYTES = 8 * MAX_LINE_BYTES;

/** 1 for the bytes that stand for themselves inside a JSON string. */
const AS_ITSELF = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH),
);

/**
 * Each value is followed by a comma; `close` turns the last comma into a bracket. A line begins with room
 * for the longest one, so nothing within it looks for room: what is written has limits (limits.ts).
 */
export class JsonLines {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;
  #rows = 0;
  #lineBegan = 0;
  readonly #tally: Tally;
  #source: Buffer = Buffer.alloc(0);

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  get length(): number {
    return this.#at;
  }

  get rows(): number {
    return this.#rows;
  }

  /** No further line belongs to the same request. */
  get isFull(): boolean {
    return this.#at > MAX_REQUEST_LINES_BYTES;
  }

  /** All lines; until the next `reset`. */
  taken(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Strings are parts of `source` from now on. */
  reset(source: Buffer): void {
    this.#source = source;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
    this.#at = 0;
    this.#rows = 0;
  }

  /** As if the line had not been begun. */
  dropLine(): void {
    this.#at = this.#lineBegan;
  }

  /** A copy of what was written since `from`. */
  piece(from: number): Buffer {
    return Buffer.from(this.#bytes.subarray(from, this.#at));
  }

  beginLine(): void {
    this.#makeRoom();
    this.#lineBegan = this.#at;
    this.#bytes[this.#at++] = OPEN_LIST;
  }

  endLine(): void {
    this.#bytes[this.#at - 1] = CLOSE_LIST;
    this.#bytes[this.#at++] = NEWLINE;
    this.#rows++;
  }

  open(bracket: number): void {
    this.#bytes[this.#at++] = bracket;
  }

  close(bracket: number): void {
    if (this.#bytes[this.#at - 1] === COMMA) this.#at--;
    this.#bytes[this.#at++] = bracket;
    this.#bytes[this.#at++] = COMMA;
  }

  /** Bytes made earlier, as they are. */
  raw(piece: Buffer): void {
    this.#bytes.set(piece, this.#at);
    this.#at += piece.length;
  }

  /** Digits, words: ASCII without anything to escape, and no quotes around it. */
  bare(text: string): void {
    for (let index = 0; index < text.length; index++) {
      this.#bytes[this.#at++] = text.charCodeAt(index);
    }
    this.#bytes[this.#at++] = COMMA;
  }

  quoted(text: string): void {
    this.#bytes[this.#at++] = QUOTE;
    this.bare(text);
    this.#bytes[this.#at - 1] = QUOTE;
    this.#bytes[this.#at++] = COMMA;
  }

  /** Part of the source as a string of at most `limit` bytes as written; what is no UTF-8 becomes U+FFFD. */
  string(start: number, end: number, limit: number): void {
    this.#bytes[this.#at++] = QUOTE;
    this.#escaped(start, end, limit);
    this.#bytes[this.#at++] = QUOTE;
    this.#bytes[this.#at++] = COMMA;
  }

  /** The same of a string that was made here. */
  text(value: string, limit: number): void {
    const source = this.#source;
    this.#source = Buffer.from(value);
    this.string(0, this.#source.length, limit);
    this.#source = source;
  }

  /** After a string: that was the name of a member, and its value follows. */
  nameEnds(): void {
    this.#bytes[this.#at - 1] = COLON;
  }

  /** Lower-case digits of an ID in the source. */
  hex(start: number, end: number): void {
    this.#bytes[this.#at++] = QUOTE;
    for (let at = start; at < end; at++) {
      const byte = this.#source[at] ?? 0;
      this.#bytes[this.#at++] = HEX[byte >> 4] ?? ZERO;
      this.#bytes[this.#at++] = HEX[byte & 15] ?? ZERO;
    }
    this.#bytes[this.#at++] = QUOTE;
    this.#bytes[this.#at++] = COMMA;
  }

  /** "seconds.nanoseconds", which ClickHouse's DateTime64 reads in any time zone. */
  time(seconds: number, nanos: number): void {
    this.#bytes[this.#at++] = QUOTE;
    this.#padded(seconds, 10);
    this.#bytes[this.#at++] = 0x2e;
    this.#padded(nanos, 9);
    this.#bytes[this.#at++] = QUOTE;
    this.#bytes[this.#at++] = COMMA;
  }

  /** A double as ClickHouse reads it: what JSON has no number for in quotes, since a bare n begins null. */
  double(value: number): void {
    if (Number.isFinite(value)) this.bare(doubleText(value));
    else this.quoted(Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");
  }

  /** For a whole line. */
  #makeRoom(): void {
    if (this.#bytes.length - this.#at >= MAX_LINE_BYTES) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }

  #escaped(start: number, end: number, limit: number): void {
    const source = this.#source;
    const target = this.#bytes;
    const last = this.#at + limit;
    let at = this.#at;
    for (let index = start; index < end; index++) {
      const byte = source[index] ?? 0;
      if (AS_ITSELF[byte] === 1 && at < last) target[at++] = byte;
      else {
        this.#at = at;
        index = this.#hard(index, end, last);
        at = this.#at;
      }
    }
    this.#at = at;
  }

  /** Gives where the character ends; where it is over the limit, all ends. */
  #hard(start: number, end: number, last: number): number {
    const byte = this.#source[start] ?? 0;
    const length = byte < 0x80 ? 1 : utf8Length(this.#source, start, end);
    const written = byte < 0x80 ? asciiLength(byte) : length || REPLACEMENT.length;
    if (this.#at + written > last) {
      this.#tally.cut++;
      this.raw(CUT_MARK);
      return end;
    }
    if (byte < 0x80) this.#ascii(byte);
    else if (length === 0) this.raw(REPLACEMENT);
    else this.#copy(start, start + length);
    return start + Math.max(length, 1) - 1;
  }

  #copy(start: number, end: number): void {
    for (let at = start; at < end; at++) this.#bytes[this.#at++] = this.#source[at] ?? 0;
  }

  #ascii(byte: number): void {
    const bytes = this.#bytes;
    if (byte < 0x20) {
      this.bare("\\u00");
      bytes[this.#at - 1] = HEX[byte >> 4] ?? ZERO;
      bytes[this.#at++] = HEX[byte & 15] ?? ZERO;
      return;
    }
    if (byte === QUOTE || byte === BACKSLASH) bytes[this.#at++] = BACKSLASH;
    bytes[this.#at++] = byte;
  }

  #padded(value: number, width: number): void {
    let rest = value;
    for (let at = this.#at + width - 1; at >= this.#at; at--) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#at += width;
  }
}

/** As ECMAScript writes it, which is as Go's JSON does, but for the sign of zero. */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function asciiLength(byte: number): number {
  if (byte < 0x20) return 6;
  return byte === QUOTE || byte === BACKSLASH ? 2 : 1;
}
