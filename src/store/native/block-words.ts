// All words of a block, each with one number, whatever numbers the row groups it is made of gave them.
// They are told apart by their bytes: to make strings of them, of each group anew, costs several times as much.
import { randomBytes } from "node:crypto";
import { type Place, textEnd } from "../../telemetry/groups/layouts.ts";
import { GrowingBuffer } from "./growing-buffer.ts";

const FIRST_SLOTS = 1024;
/** FNV-1a's prime, http://www.isthe.com/chongo/tech/comp/fnv. */
const PRIME = 0x01000193;
/** Not the same for two processes: some words are made up by clients, who must not know which of them meet. */
const BASIS = randomBytes(4).readInt32LE();
const EMPTY = Buffer.of(0);

export class BlockWords {
  /** Each as groups and the format have it: its length, then UTF-8. */
  readonly #bytes = new GrowingBuffer(16 * 1024);
  /** By number, where it begins; and where the last one ends. */
  readonly #starts: number[] = [0];
  /** Numbers by hash, at the first free slot from there on; 0, the empty word's, is none. */
  #slots = new Uint32Array(FIRST_SLOTS);

  constructor() {
    this.#push(EMPTY, 0, EMPTY.length);
  }

  /** By a group's numbers, ours: the empty word, which need not stand there, is the first of both. */
  numbersOf({ bytes, at, count }: Place): Uint32Array {
    const numbers = new Uint32Array(count + 1);
    let start = at;
    for (let own = 1; own <= count; own++) {
      const end = textEnd(bytes, start);
      if (end - start > EMPTY.length) numbers[own] = this.#numberOf(bytes, start, end);
      start = end;
    }
    return numbers;
  }

  write(number: number, to: GrowingBuffer): void {
    const [start = 0, end = start] = [this.#starts[number], this.#starts[number + 1]];
    to.copy(this.#bytes.bytes, start, end);
  }

  get #count(): number {
    return this.#starts.length - 1;
  }

  #numberOf(bytes: Buffer, start: number, end: number): number {
    const slot = this.#slotOf(bytes, start, end);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known;
    if (2 * this.#count >= this.#slots.length) this.#moreSlots();
    const number = this.#push(bytes, start, end);
    this.#slots[this.#slotOf(bytes, start, end)] = number;
    return number;
  }

  #push(bytes: Buffer, start: number, end: number): number {
    this.#bytes.copy(bytes, start, end);
    return this.#starts.push((this.#starts.at(-1) ?? 0) + end - start) - 2;
  }

  /** The one that has the word, or a free one for it. */
  #slotOf(bytes: Buffer, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(bytes, start, end) & mask;
    for (;;) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0 || this.#is(number, bytes, { start, end })) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #is(number: number, bytes: Buffer, { start, end }: Range): boolean {
    const at = this.#starts[number] ?? 0;
    const isAsLong = (this.#starts[number + 1] ?? at) - at === end - start;
    return isAsLong && this.#bytes.has(at, bytes, { start, end });
  }

  #moreSlots(): void {
    this.#slots = new Uint32Array(2 * this.#slots.length);
    const { bytes } = this.#bytes;
    for (let number = 1; number < this.#count; number++) {
      const [start = 0, end = start] = [this.#starts[number], this.#starts[number + 1]];
      this.#slots[this.#slotOf(bytes, start, end)] = number;
    }
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = BASIS;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), PRIME);
  // The low bits of FNV's multiplication depend on low bits only.
  return hash ^ (hash >>> 15);
}
