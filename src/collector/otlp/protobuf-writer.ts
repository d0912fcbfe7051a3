// Writes protobuf: what JSON said, and what is answered.
import { BYTES, VARINT } from "./message.ts";

/** Room for a length that is known only when all is written: a varint may be longer than it needs to be. */
const LENGTH_BYTES = 4;

export class ProtobufWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity + 64);
  }

  number(field: number, value: number): void {
    this.varint((field << 3) | VARINT);
    this.varint(value);
  }

  text(field: number, value: string): void {
    this.field(field, Buffer.from(value));
  }

  field(field: number, content: Buffer): void {
    this.varint((field << 3) | BYTES);
    this.bytes(content);
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  varint(value: number): void {
    this.#room(10);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128))
      this.#bytes[this.#at++] = (rest % 128) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  varint64(value: bigint): void {
    this.#room(10);
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  zigzag(value: bigint): void {
    const word = Number(BigInt.asIntN(32, value));
    this.varint(((word << 1) ^ (word >> 31)) >>> 0);
  }

  fixed64(value: bigint): void {
    this.#room(8);
    this.#at = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.#at);
  }

  fixed32(value: bigint): void {
    this.#room(4);
    this.#at = this.#bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)), this.#at);
  }

  double(value: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  bytes(content: Buffer): void {
    this.varint(content.length);
    this.#room(content.length);
    this.#at += content.copy(this.#bytes, this.#at);
  }

  /** Gives what `endLength` wants to know. */
  beginLength(): number {
    this.#room(LENGTH_BYTES);
    const began = this.#at;
    this.#at += LENGTH_BYTES;
    return began;
  }

  endLength(began: number): void {
    let rest = this.#at - began - LENGTH_BYTES;
    for (let index = 0; index < LENGTH_BYTES; index++, rest >>>= 7) {
      const more = index < LENGTH_BYTES - 1 ? 0x80 : 0;
      this.#bytes[began + index] = (rest & 0x7f) | more;
    }
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe((this.#at + more) * 2);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
