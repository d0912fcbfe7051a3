// Bytes that come piece by piece, in one buffer that doubles.
import { giveBackMemory, takeMemory } from "../../core/reused-memory.ts";

const FIRST_BYTES = 256;
/** Below this a loop beats a native copy. */
const SHORT_BYTES = 32;
const MOST_VARINT_BYTES = 5;

export class GrowingBuffer {
  #buffer: Buffer;
  #at = 0;

  /** `bytes`: about how many come. */
  constructor(bytes: number = FIRST_BYTES) {
    this.#buffer = takeMemory(bytes);
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  copy(from: Buffer, start: number, end: number): void {
    const length = end - start;
    this.#need(length);
    const to = this.#at;
    this.#at += length;
    if (length >= SHORT_BYTES) from.copy(this.#buffer, to, start, end);
    else for (let at = 0; at < length; at++) this.#buffer[to + at] = from[start + at] ?? 0;
  }

  /** Whether what stands at `at` is the same as those bytes of another. */
  has(at: number, other: Buffer, { start, end }: { start: number; end: number }): boolean {
    const shift = at - start;
    for (let index = start; index < end; index++)
      if (this.#buffer[index + shift] !== other[index]) return false;
    return true;
  }

  /** Its length as a varint, then UTF-8. */
  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#need(length);
    this.#at += this.#buffer.write(value, this.#at);
  }

  /** LEB128. */
  varint(value: number): void {
    this.#need(MOST_VARINT_BYTES);
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
    this.#buffer[this.#at++] = rest;
  }

  /** Below 2^53. */
  uint64(value: number): void {
    this.#need(8);
    this.#at = this.#buffer.writeUInt32LE(value % 2 ** 32, this.#at);
    this.#at = this.#buffer.writeUInt32LE(Math.floor(value / 2 ** 32), this.#at);
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = takeMemory(Math.max(2 * this.#buffer.length, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    giveBackMemory(this.#buffer);
    this.#buffer = larger;
  }
}
