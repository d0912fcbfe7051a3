// A LowCardinality(String) column of a Native block: its words once, and for each value the number of its word.
import { giveBackMemory, takeMemory } from "../../core/reused-memory.ts";
import type { BlockWords } from "./block-words.ts";
import { GrowingBuffer } from "./growing-buffer.ts";

/** SharedDictionariesWithAdditionalKeys of ClickHouse's SerializationLowCardinality.cpp. */
export const KEYS_VERSION = 1;
const HAS_KEYS = 1 << 9;
const NEEDS_UPDATE = 1 << 10;

export class Dictionary {
  readonly #words: BlockWords;
  /** The block's numbers of our words, in the order of ours. */
  readonly #keys: number[] = [0];
  /** By the block's number of a word, ours; the empty word has the same in both, so 0 is none yet. */
  #own = new Uint32Array(256);
  #numbers: Uint32Array;
  #count = 0;

  /** `values`: about how many come. */
  constructor(words: BlockWords, values: number) {
    this.#words = words;
    this.#numbers = numbersFor(values);
  }

  /** A value, so many times. */
  push(word: number, times: number): void {
    const own = word === 0 ? 0 : (this.#own[word] ?? 0) || this.#learn(word);
    const end = this.#count + times;
    if (end > this.#numbers.length) this.#enlarge(end);
    if (times === 1) this.#numbers[this.#count] = own;
    else this.#numbers.fill(own, this.#count, end);
    this.#count = end;
  }

  /** Nothing at all where there is no value, as the format has it. */
  parts(): readonly Buffer[] {
    if (this.#count === 0) return [];
    const numbers = this.#numbers.subarray(0, this.#count);
    const [type, bytes] = narrowed(numbers, this.#keys.length);
    if (bytes !== numbers) giveBackMemory(numbers);
    const head = new GrowingBuffer();
    head.uint64(HAS_KEYS | NEEDS_UPDATE | type);
    head.uint64(this.#keys.length);
    for (const key of this.#keys) this.#words.write(key, head);
    head.uint64(this.#count);
    return [head.bytes, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
  }

  #enlarge(atLeast: number): void {
    const larger = numbersFor(Math.max(2 * this.#numbers.length, atLeast));
    larger.set(this.#numbers);
    giveBackMemory(this.#numbers);
    this.#numbers = larger;
  }

  #learn(word: number): number {
    if (word >= this.#own.length) this.#own = enlarged(this.#own, word + 1);
    this.#own[word] = this.#keys.length;
    return this.#keys.push(word) - 1;
  }
}

/** As UInt8, UInt16 or UInt32, by how many words there are. Machines that weir runs on are little-endian, as the format is. */
function narrowed(
  numbers: Uint32Array,
  words: number,
): readonly [type: number, Uint8Array | Uint16Array | Uint32Array] {
  if (words > 0x10000) return [2, numbers];
  const { length } = numbers;
  const isByte = words <= 0x100;
  const { buffer, byteOffset } = takeMemory(isByte ? length : 2 * length);
  const narrow = isByte
    ? new Uint8Array(buffer, byteOffset, length)
    : new Uint16Array(buffer, byteOffset, length);
  narrow.set(numbers);
  return [isByte ? 0 : 1, narrow];
}

/** Of any content. */
function numbersFor(values: number): Uint32Array {
  const { buffer, byteOffset, byteLength } = takeMemory(4 * values);
  return new Uint32Array(buffer, byteOffset, byteLength >> 2);
}

function enlarged(from: Uint32Array, atLeast: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(2 * from.length, atLeast));
  larger.set(from);
  return larger;
}
