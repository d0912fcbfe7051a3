// Syslog messages in a TCP stream (RFC 6587): each by its length in front, or by the line end behind it.

const LINE_END = 0x0a;
const BLANK = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
/** Digits of a length; more begin a line. */
const LENGTH_DIGITS = 9;
const EMPTY: Buffer = Buffer.alloc(0);

export class SyslogFrames {
  readonly #maxBytes: number;
  #pending: Buffer = EMPTY;
  /** Of a message that is too long: bytes yet to be passed over, Infinity: up to the line's end. */
  #skip = 0;
  /** Messages of which the end was left out. */
  cut = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The messages that are whole by now. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      this.#pass();
      const message = this.#skip > 0 ? null : this.#next();
      if (message === null) return messages;
      if (message.length > 0) messages.push(message);
    }
  }

  /** What came without an end, once nothing more comes. */
  rest(): Buffer {
    const rest = this.#skip > 0 ? EMPTY : this.#pending;
    this.#pending = EMPTY;
    return rest;
  }

  #pass(): void {
    if (this.#skip === 0) return;
    const end = this.#pending.indexOf(LINE_END) + 1;
    const isLine = this.#skip === Infinity;
    const passed = isLine ? end || this.#pending.length : this.#skip;
    if (isLine && end > 0) this.#skip = 0;
    else this.#skip -= isLine ? 0 : Math.min(this.#skip, this.#pending.length);
    this.#pending = this.#pending.subarray(passed);
  }

  #next(): Buffer | null {
    const blank = this.#lengthEnd();
    if (blank === null) return null;
    return blank === 0 ? this.#line() : this.#counted(blank);
  }

  /** The blank behind a length; 0: this is a line; null: it can't be told yet. */
  #lengthEnd(): number | null {
    const bytes = this.#pending;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === BLANK) return at;
      const isDigit = byte > ZERO ? byte <= NINE : byte === ZERO && at > 0;
      if (!isDigit || at === LENGTH_DIGITS) return 0;
    }
    return null;
  }

  #counted(blank: number): Buffer | null {
    const length = Number(this.#pending.toString("latin1", 0, blank));
    const start = blank + 1;
    const taken = Math.min(length, this.#maxBytes);
    if (this.#pending.length < start + taken) return null;
    if (length > taken) this.cut++;
    this.#skip = length - taken;
    return this.#take(start, start + taken);
  }

  #line(): Buffer | null {
    const end = this.#pending.indexOf(LINE_END);
    const length = end < 0 ? this.#pending.length : end;
    if (length > this.#maxBytes) {
      this.cut++;
      this.#skip = Infinity;
      return this.#take(0, this.#maxBytes);
    }
    if (end < 0) return null;
    const line = this.#take(0, end);
    this.#pending = this.#pending.subarray(1);
    return line;
  }

  #take(start: number, end: number): Buffer {
    const taken = this.#pending.subarray(start, end);
    this.#pending = this.#pending.subarray(end);
    return taken;
  }
}
