// Where a connection reads into: one scratch buffer for all, a slab of its own while a large body runs.
import { lendPiece, returnSlab, SLAB_BYTES, takeSlab } from "../core/slabs.ts";

/** A read that fills this much of its buffer is handed on without a copy. */
const BULK = SLAB_BYTES / 2;

/** Up to here a copy is not worth a slab. */
const SMALL = SLAB_BYTES / 8;

/** A read and its callback are one turn, so that all connections can share one buffer. */
const SCRATCH = Buffer.allocUnsafeSlow(SLAB_BYTES);

export class ReadBuffer {
  #current: Buffer = SCRATCH;
  #bulk = false;
  #given = false;

  /** The buffer for the next read. */
  next(): Buffer {
    const own = this.#current !== SCRATCH && !this.#given;
    this.#given = false;
    if (own && this.#bulk) return this.#current;
    if (own) returnSlab(this.#current);
    return (this.#current = this.#bulk ? takeSlab() : SCRATCH);
  }

  /** Bytes [start, end) of a read as a buffer the receiver may keep. */
  take(bytes: Buffer, start: number, end: number): Buffer {
    this.#bulk = end - start >= BULK;
    if (this.#bulk && this.#isOwn(bytes)) {
      this.#given = true;
      return lendPiece(bytes, start, end);
    }
    const size = end - start;
    const copy = size <= SMALL ? Buffer.allocUnsafe(size) : lendPiece(takeSlab(), 0, size);
    bytes.copy(copy, 0, start, end);
    return copy;
  }

  /** Buffers of sockets that were meant for a tunnel are Node's. */
  #isOwn(bytes: Buffer): boolean {
    return bytes === this.#current && bytes !== SCRATCH && !this.#given;
  }

  /** No large body is running any more. */
  rest(): void {
    this.#bulk = false;
  }
}
