// Where a connection reads into: one scratch buffer for all, private ones while a large body runs.

const SIZE = 65_536;
/** A read that fills this much of its buffer is handed on without a copy. */
const BULK = SIZE / 2;

/** A read and its callback are one turn, so that all connections can share one buffer. */
const SCRATCH = Buffer.allocUnsafeSlow(SIZE);

export class ReadBuffer {
  #current = SCRATCH;
  #bulk = false;
  #given = false;

  /** The buffer for the next read. */
  next(): Buffer {
    if (!this.#bulk) this.#current = SCRATCH;
    else if (this.#given || this.#current === SCRATCH) {
      this.#current = Buffer.allocUnsafeSlow(SIZE);
    }
    this.#given = false;
    return this.#current;
  }

  /** Bytes [start, end) of a read as a buffer the receiver may keep. */
  take(bytes: Buffer, start: number, end: number): Buffer {
    this.#bulk = end - start >= BULK;
    if (this.#bulk && bytes !== SCRATCH) {
      this.#given = true;
      return bytes.subarray(start, end);
    }
    const copy = Buffer.allocUnsafe(end - start);
    bytes.copy(copy, 0, start, end);
    return copy;
  }

  /** No large body is running any more. */
  rest(): void {
    this.#bulk = false;
  }
}
