// Large buffers that are needed again and again while there is much to do: made anew each time, their pages come
// from the kernel each time, and V8, which counts them, marks its whole heap for them.

/** Below this V8 is as good. */
const LEAST_BYTES = 16_384;
/** What a batch and its columns take. */
const MOST_BYTES = 128 * 1024 * 1024;
/** What nobody took for as long, and up to twice that, is freed. */
const KEEP_MS = 5_000;

/** By size, a power of two. */
type Unused = Map<number, ArrayBuffer[]>;

/** Of one thread. */
export class ReusedMemory {
  readonly #inUse = new WeakSet<ArrayBufferLike>();
  /** Given back since the last look, and before it. */
  #recent: Unused = new Map();
  #earlier: Unused = new Map();
  #unusedBytes = 0;
  #looking: NodeJS.Timeout | null = null;

  /** Given back and not taken again. */
  get unusedBytes(): number {
    return this.#unusedBytes;
  }

  take(bytes: number): Buffer {
    if (bytes < LEAST_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const size = 2 ** Math.ceil(Math.log2(bytes));
    const unused = this.#recent.get(size)?.pop() ?? this.#earlier.get(size)?.pop();
    if (unused !== undefined) this.#unusedBytes -= size;
    const memory = unused ?? Buffer.allocUnsafeSlow(size).buffer;
    this.#inUse.add(memory);
    return Buffer.from(memory);
  }

  giveBack({ buffer: memory }: ArrayBufferView): void {
    if (!(memory instanceof ArrayBuffer) || !this.#inUse.delete(memory)) return;
    const size = memory.byteLength;
    if (this.#unusedBytes + size > MOST_BYTES) {
      memory.transfer(0);
      return;
    }
    this.#unusedBytes += size;
    const list = this.#recent.get(size);
    if (list === undefined) this.#recent.set(size, [memory]);
    else list.push(memory);
    this.#looking ??= setInterval(this.#freeEarlier, KEEP_MS).unref();
  }

  readonly #freeEarlier = (): void => {
    for (const memory of [...this.#earlier.values()].flat()) {
      this.#unusedBytes -= memory.byteLength;
      memory.transfer(0);
    }
    this.#earlier = this.#recent;
    this.#recent = new Map();
    if (this.#unusedBytes > 0 || this.#looking === null) return;
    clearInterval(this.#looking);
    this.#looking = null;
  };
}

const memory = new ReusedMemory();

/** At least so many bytes, of any content. */
export function takeMemory(bytes: number): Buffer {
  return memory.take(bytes);
}

/** Nobody may look at it from then on. Any part of it will do; what was not taken here is left alone. */
export function giveBackMemory(part: ArrayBufferView): void {
  memory.giveBack(part);
}
