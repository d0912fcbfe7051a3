// Lists of 32-bit integers that grow while an image is built, and end as memory that threads share.

export function sharedInts(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

export class IntList {
  #values = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  truncate(length: number): void {
    this.length = Math.min(length, this.length);
  }

  /** 0 behind the end. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  /** Shows what is in the list now; not to be kept while it grows. */
  items(): Int32Array {
    return this.#values.subarray(0, this.length);
  }

  shared(): Int32Array {
    const shared = sharedInts(this.length);
    shared.set(this.items());
    return shared;
  }
}
