// Cuts what is read of a file into lines, and knows where each ends; a line without an end waits, as far as the limit.

export interface CutLine {
  readonly text: string;
  /** Where the file goes on behind it. */
  readonly end: number;
}

const NEWLINE = 0x0a;

export class LineCutter {
  readonly #maxBytes: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #isCut = false;
  #at: number;
  /** Lines of which the end was left out. */
  cut = 0;

  /** `at`: where reading begins, behind a line's end. */
  constructor(maxBytes: number, at: number) {
    this.#maxBytes = maxBytes;
    this.#at = at;
  }

  /** Where reading goes on. */
  get at(): number {
    return this.#at;
  }

  /** The lines that end in what was read next. */
  *push(chunk: Buffer): Generator<CutLine> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#hold(chunk.subarray(start, end));
      this.#at += end + 1 - start;
      start = end + 1;
      yield this.#line();
    }
    // The chunk's memory is used again.
    this.#hold(Buffer.from(chunk.subarray(start)));
    this.#at += chunk.length - start;
  }

  /** What has no end yet, as if it had one; null: nothing. */
  rest(): CutLine | null {
    return this.#headBytes === 0 ? null : this.#line();
  }

  #hold(part: Buffer): void {
    const room = this.#maxBytes - this.#headBytes;
    const kept = part.subarray(0, room);
    if (kept.length > 0) this.#head.push(kept);
    this.#headBytes += kept.length;
    if (kept.length < part.length) this.#isCut = true;
  }

  #line(): CutLine {
    const text = Buffer.concat(this.#head).toString().trimEnd();
    if (this.#isCut) this.cut++;
    this.#head.length = 0;
    this.#headBytes = 0;
    this.#isCut = false;
    return { text, end: this.#at };
  }
}
