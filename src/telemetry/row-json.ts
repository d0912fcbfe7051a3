// A line of JSON written byte by byte into one preallocated buffer, every value within a stated limit.

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const HEX = Buffer.from("0123456789abcdef");
const REPLACEMENT = 0xfffd;
/** Takes the place of what a limit cut off, so that a cut shows. */
const CUT_MARK = 0x2026;
/** From here on a single-precision number is a whole one (24 bits of significand). */
const WHOLE_SINGLES = 2 ** 24;
const BILLION = 1e9;
/** The last time with ten digits of seconds, in the year 2286. */
const LATEST_MS = 9_999_999_999_999;
/** From this many characters on, one native write and a scan beat a loop over characters. */
const LONG = 64;
/** 1 for the bytes that stand for themselves inside a JSON string. */
const AS_ITSELF = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH),
);

/**
 * Writes JSON values, each followed by a comma; `close` turns the last comma into a bracket.
 * Limits count bytes as written, escapes included; text never ends inside a character.
 */
export class RowJson {
  readonly bytes: Buffer;
  #at = 0;
  #altered = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.alloc(capacity);
  }

  /** Bytes written since `reset`. */
  get length(): number {
    return this.#at;
  }

  /** Texts so far that do not read back as they were: cut, or with lone surrogates. */
  get altered(): number {
    return this.#altered;
  }

  reset(): void {
    this.#at = 0;
  }

  /** Bytes made earlier, as they are. */
  raw(piece: Uint8Array): void {
    this.bytes.set(piece, this.#at);
    this.#at += piece.length;
  }

  open(bracket: number): void {
    this.bytes[this.#at++] = bracket;
  }

  close(bracket: number): void {
    if (this.bytes[this.#at - 1] === COMMA) this.#at--;
    this.bytes[this.#at++] = bracket;
    this.bytes[this.#at++] = COMMA;
  }

  /** Ends the line: no comma after the last bracket. */
  endLine(): void {
    this.bytes[this.#at - 1] = 0x0a;
  }

  /** A string; lone surrogates become U+FFFD, what is over the limit becomes "…". */
  text(value: string, limit: number): void {
    if (value === "") {
      // Mostly there is nothing to say.
      this.bytes[this.#at++] = QUOTE;
      this.bytes[this.#at++] = QUOTE;
      this.bytes[this.#at++] = COMMA;
      return;
    }
    this.#string(value, limit);
    this.bytes[this.#at++] = COMMA;
  }

  /** A member's name and value, both strings. */
  member(name: string, value: string, limit: number): void {
    this.#string(name, limit);
    this.bytes[this.#at++] = 0x3a;
    this.#string(value, Math.max(0, limit - name.length));
    this.bytes[this.#at++] = COMMA;
  }

  /** A whole number in [0, most]; what is no number is 0. */
  integer(value: number, most: number): void {
    this.#digits(value > 0 ? Math.min(Math.round(value), most) : 0);
    this.bytes[this.#at++] = COMMA;
  }

  boolean(value: boolean): void {
    this.ascii(value ? "true" : "false");
    this.bytes[this.#at++] = COMMA;
  }

  /** A single-precision number; what JSON or Float32 cannot hold is brought to the nearest that they can. */
  float(value: number): void {
    const size = Math.abs(value);
    const single = Math.fround(size);
    if (value < 0) this.bytes[this.#at++] = 0x2d;
    if (size >= 0.01 && size < 1e6) {
      this.#digits(Math.round(size * BILLION));
      this.ascii("e-9");
    } else if (single >= WHOLE_SINGLES && single <= Number.MAX_SAFE_INTEGER) this.#digits(single);
    else if (single >= 1e6 && single < WHOLE_SINGLES) {
      // Singles of this size are multiples of a sixteenth.
      this.#digits(single * 1e4);
      this.ascii("e-4");
    } else this.ascii(String(Number.isNaN(size) ? 0 : Math.min(size, 3.4028234e38)));
    this.bytes[this.#at++] = COMMA;
  }

  /** Wall time as "seconds.nanoseconds", which ClickHouse's DateTime64 reads in any time zone. */
  time(milliseconds: number): void {
    const known = milliseconds > 0 ? Math.min(milliseconds, LATEST_MS) : 0;
    const seconds = Math.floor(known / 1000);
    this.bytes[this.#at++] = QUOTE;
    this.#padded(seconds, 10);
    this.bytes[this.#at++] = 0x2e;
    this.#padded(Math.min(Math.round((known - seconds * 1000) * 1e6), BILLION - 1), 9);
    this.bytes[this.#at++] = QUOTE;
    this.bytes[this.#at++] = COMMA;
  }

  /** Characters known to be ASCII and to need no escape. */
  ascii(value: string): void {
    for (let index = 0; index < value.length; index++) {
      this.bytes[this.#at++] = value.charCodeAt(index);
    }
  }

  #string(value: string, limit: number): void {
    this.bytes[this.#at++] = QUOTE;
    const written =
      value.length >= LONG && value.length <= limit ? this.#long(value) : this.#short(value, limit);
    this.#at += written;
    if (written < value.length) this.#hard(value, written, limit - written);
    this.bytes[this.#at++] = QUOTE;
  }

  /** How many leading characters stand as themselves; written one by one. */
  #short(value: string, limit: number): number {
    const { bytes } = this;
    const start = this.#at;
    const end = Math.min(value.length, limit);
    for (let index = 0; index < end; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7e || AS_ITSELF[code] === 0) return index;
      bytes[start + index] = code;
    }
    return end;
  }

  /** The same for a long string: written at once, then looked through, which costs half. */
  #long(value: string): number {
    const { bytes } = this;
    const start = this.#at;
    const end = start + value.length;
    bytes.write(value, start);
    for (let at = start; at < end; at++) {
      if (AS_ITSELF[bytes[at] ?? 0] === 0) return at - start;
    }
    return value.length;
  }

  /** The rest of a string from the first character that is not written as itself. */
  #hard(value: string, from: number, limit: number): void {
    const end = this.#at + limit;
    for (let index = from; index < value.length; index++) {
      const start = this.#at;
      const code = value.codePointAt(index) ?? 0;
      this.#character(code);
      if (this.#at > end) {
        this.#at = start;
        this.#altered++;
        this.#utf8(CUT_MARK);
        return;
      }
      if (code > 0xffff) index++;
    }
  }

  #character(code: number): void {
    const { bytes } = this;
    if (code < 0x20) {
      this.ascii("\\u00");
      bytes[this.#at++] = HEX[code >> 4] ?? ZERO;
      bytes[this.#at++] = HEX[code & 15] ?? ZERO;
    } else if (code < 0x80) {
      if (code === QUOTE || code === BACKSLASH) bytes[this.#at++] = BACKSLASH;
      bytes[this.#at++] = code;
    } else if (code >= 0xd800 && code <= 0xdfff) {
      this.#altered++;
      this.#utf8(REPLACEMENT);
    } else this.#utf8(code);
  }

  /** RFC 3629 section 3, for code points above 0x7f. */
  #utf8(code: number): void {
    const { bytes } = this;
    if (code < 0x800) bytes[this.#at++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) bytes[this.#at++] = 0xe0 | (code >> 12);
      else {
        bytes[this.#at++] = 0xf0 | (code >> 18);
        bytes[this.#at++] = 0x80 | ((code >> 12) & 63);
      }
      bytes[this.#at++] = 0x80 | ((code >> 6) & 63);
    }
    bytes[this.#at++] = 0x80 | (code & 63);
  }

  /** A whole number below 2^53. */
  #digits(value: number): void {
    if (value < 10) this.bytes[this.#at++] = ZERO + value;
    else if (value < BILLION) this.#padded(value, countDigits(value));
    else {
      const high = Math.floor(value / BILLION);
      this.#padded(high, countDigits(high));
      this.#padded(value - high * BILLION, 9);
    }
  }

  #padded(value: number, width: number): void {
    let rest = value;
    for (let at = this.#at + width - 1; at >= this.#at; at--) {
      const tenth = Math.floor(rest / 10);
      this.bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#at += width;
  }
}

function countDigits(value: number): number {
  let width = 1;
  for (let bound = 10; value >= bound; bound *= 10) width++;
  return width;
}
