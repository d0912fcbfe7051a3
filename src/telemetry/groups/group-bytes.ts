// Numbers and texts written into one preallocated buffer, in the byte order and lengths of ClickHouse's binary formats.

/** Takes the place of what a limit cut off, so that a cut shows. */
const CUT_MARK = Buffer.from("…");
/** From this many characters on, one native write beats a loop over characters. */
const LONG = 64;
/** Below this, a varint is a single byte. */
const ONE_BYTE = 0x80;
const LOW_32 = 2 ** 32;
const TWO_16 = 2 ** 16;
const BILLION_HIGH = Math.floor(1e9 / TWO_16);
const BILLION_LOW = 1e9 % TWO_16;
/** The last that DateTime64(9) holds, in the year 2262. */
const LATEST_MS = 9_223_372_036_854;
/** The largest that is still finite once rounded. */
const LARGEST_SINGLE = 3.38e38;
/** Bits that a duration keeps: within 0.1 % of what was measured, on half the bytes of all its digits. */
const DURATION_BITS = 10;
/** Nanoseconds: 4.096 us. */
const TIME_STEP = 4096;
/** Bits that a score keeps: within 0.4 %. */
const SCORE_BITS = 8;
/** The others of a single's 24, which are cleared. */
const SCORE_TAIL = 2 ** (24 - SCORE_BITS);

/** Never checks for room: whoever writes has bounded what is written. */
export class GroupBytes {
  readonly buffer: Buffer;
  readonly #view: DataView;
  at = 0;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.buffer.buffer);
  }

  raw(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  byte(value: number): void {
    this.buffer[this.at++] = value;
  }

  /** A whole number in [0, 255]; what is no number is 0, here and below. */
  uint8(value: number): void {
    this.buffer[this.at++] = value > 0 ? Math.min(Math.round(value), 0xff) : 0;
  }

  /** A whole number in [0, 65535]. */
  uint16(value: number): void {
    this.#view.setUint16(this.at, value > 0 ? Math.min(Math.round(value), 0xffff) : 0, true);
    this.at += 2;
  }

  /** Known to be a whole number of 16 bits. */
  number16(value: number): void {
    this.#view.setUint16(this.at, value, true);
    this.at += 2;
  }

  /** A whole number in [0, 2^53). */
  uint64(value: number): void {
    const whole = value > 0 ? Math.min(Math.round(value), Number.MAX_SAFE_INTEGER) : 0;
    if (whole < LOW_32) return this.#pair(whole, 0);
    const low = whole % LOW_32;
    this.#pair(low, (whole - low) / LOW_32);
  }

  /** A duration in whole nanoseconds, to three digits. */
  duration(value: number): void {
    const whole = value > 0 ? Math.min(Math.round(value), Number.MAX_SAFE_INTEGER) : 0;
    if (whole < 2 ** DURATION_BITS) return this.#pair(whole, 0);
    if (whole < 2 ** 31) {
      const shift = 32 - Math.clz32(whole) - DURATION_BITS;
      return this.#pair(((whole + (1 << (shift - 1))) >>> shift) << shift, 0);
    }
    const step = 2 ** (Math.floor(Math.log2(whole)) + 1 - DURATION_BITS);
    this.uint64(Math.round(whole / step) * step);
  }

  /** A single-precision number to 8 bits; what that can't hold is brought to the nearest it can. */
  float32(value: number): void {
    const bounded = Math.min(Math.max(value, -LARGEST_SINGLE), LARGEST_SINGLE);
    this.#view.setFloat32(this.at, Number.isNaN(value) ? 0 : bounded, true);
    const rounded = this.#view.getUint32(this.at, true) + SCORE_TAIL / 2;
    this.#view.setUint32(this.at, rounded & -SCORE_TAIL, true);
    this.at += 4;
  }

  /** Wall time as nanoseconds since the epoch, in steps of 4.096 us. */
  time(milliseconds: number): void {
    const known = milliseconds > 0 ? Math.min(milliseconds, LATEST_MS) : 0;
    const seconds = Math.floor(known / 1000);
    const nanos = Math.min(Math.round((known - seconds * 1000) * 1e6), 999_999_999);
    // seconds * 10^9 is more than a number holds: 10^9 is taken apart as HIGH * 2^16 + LOW.
    const upper = seconds * BILLION_HIGH;
    const lower = (upper % TWO_16) * TWO_16 + seconds * BILLION_LOW + nanos;
    const low = lower % LOW_32;
    this.#pair(low - (low % TIME_STEP), Math.floor(upper / TWO_16) + Math.floor(lower / LOW_32));
  }

  /**
   * A string: its length as a varint, then UTF-8. Lone surrogates become U+FFFD, what is over `limit` bytes
   * becomes "…". Whether it reads back as it is.
   */
  text(value: string, limit: number): boolean {
    const { length } = value;
    if (length >= LONG || length > limit) return this.#longText(value, limit);
    const { buffer } = this;
    const start = this.at + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return this.#longText(value, limit);
      buffer[start + index] = code;
    }
    buffer[this.at] = length;
    this.at = start + length;
    return true;
  }

  #longText(value: string, limit: number): boolean {
    const { buffer } = this;
    const start = this.at + 2;
    let length = buffer.write(value, start, limit);
    // A character has four bytes at most, so only so near to the limit can one be missing.
    const isCut = length > limit - 4 && Buffer.byteLength(value) > length;
    if (isCut) length += CUT_MARK.copy(buffer, start + length);
    this.#lengthBefore(start, length);
    return !isCut && (length === value.length || value.isWellFormed());
  }

  /** LEB128 in the two bytes before the text, which moves where one is enough. */
  #lengthBefore(start: number, length: number): void {
    const { buffer } = this;
    if (length < ONE_BYTE) {
      buffer.copyWithin(start - 1, start, start + length);
      buffer[start - 2] = length;
      this.at = start - 1 + length;
    } else {
      buffer[start - 2] = (length & 0x7f) | ONE_BYTE;
      buffer[start - 1] = length >> 7;
      this.at = start + length;
    }
  }

  #pair(low: number, high: number): void {
    this.#view.setUint32(this.at, low, true);
    this.#view.setUint32(this.at + 4, high, true);
    this.at += 8;
  }
}
