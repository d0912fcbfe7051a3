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

const inUse = new WeakSet<ArrayBufferLike>();
/** Given back since the last look, and before it. */
let recent: Unused = new Map();
let earlier: Unused = new Map();
let unusedBytes = 0;
let looking: NodeJS.Timeout | null = null;

/** At least so many bytes, of any content. */
export function takeMemory(bytes: number): Buffer {
  if (bytes < LEAST_BYTES) return Buffer.allocUnsafeSlow(bytes);
  const size = 2 ** Math.ceil(Math.log2(bytes));
  const unused = recent.get(size)?.pop() ?? earlier.get(size)?.pop();
  if (unused !== undefined) unusedBytes -= size;
  const memory = unused ?? Buffer.allocUnsafeSlow(size).buffer;
  inUse.add(memory);
  return Buffer.from(memory);
}

/** Nobody may look at it from then on. Any part of it will do; what was not taken here is left alone. */
export function giveBackMemory({ buffer: memory }: ArrayBufferView): void {
  if (!(memory instanceof ArrayBuffer) || !inUse.delete(memory)) return;
  const size = memory.byteLength;
  if (unusedBytes + size > MOST_BYTES) {
    memory.transfer(0);
    return;
  }
  unusedBytes += size;
  const list = recent.get(size);
  if (list === undefined) recent.set(size, [memory]);
  else list.push(memory);
  looking ??= setInterval(freeEarlier, KEEP_MS).unref();
}

/** For what is given back and not taken again: bytes. */
export function unusedMemory(): number {
  return unusedBytes;
}

function freeEarlier(): void {
  for (const memory of [...earlier.values()].flat()) {
    unusedBytes -= memory.byteLength;
    memory.transfer(0);
  }
  earlier = recent;
  recent = new Map();
  if (unusedBytes > 0 || looking === null) return;
  clearInterval(looking);
  looking = null;
}
