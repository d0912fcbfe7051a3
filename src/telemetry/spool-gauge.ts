// What the writers of all workers and the drain must agree on about the spool, in shared memory.

const USED_BYTES = 0;
const DROPPED_ROWS = 1;
const CELLS = 2;

/** Shared by reference with every worker; counts are exact, reads cost no message. */
export class SpoolGauge {
  readonly #cells: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new BigInt64Array(memory);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(CELLS * BigInt64Array.BYTES_PER_ELEMENT);
  }

  /** Bytes of all segments on disk, delivered or not. */
  get usedBytes(): number {
    return Number(Atomics.load(this.#cells, USED_BYTES));
  }

  /** Adds what was written, or takes away what was deleted; gives what was in use before. */
  addUsed(bytes: number): number {
    return Number(Atomics.add(this.#cells, USED_BYTES, BigInt(bytes)));
  }

  /** Rows lost since the start: not written, or deleted before they were delivered. */
  get droppedRows(): number {
    return Number(Atomics.load(this.#cells, DROPPED_ROWS));
  }

  addDropped(rows: number): void {
    Atomics.add(this.#cells, DROPPED_ROWS, BigInt(rows));
  }
}
